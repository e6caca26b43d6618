from pathlib import Path

import keras
import pytest
import yaml
from dvc.utils.hydra import apply_overrides

from viewcache.commands.shortlisting import bases_at_hand, experiment_of, settings_of, shortlist
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import BaseSettings


@pytest.fixture
def working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


OTHERS = {"base.weights": "imagenet", "base.layers": "[]", "extract.cut": "null"}


@pytest.mark.parametrize(
    ("base", "name", "settings"),
    [
        ("VGG16", "shortlist-VGG16", {"base.name": "VGG16", "data.image_size": "null"} | OTHERS),
        (
            "VGG16@96",
            "shortlist-VGG16-96",
            {"base.preprocessing": "own", "data.image_size": "96"},
        ),
        (
            "bases/my own.keras@96:tf",
            "shortlist-bases-my-own-keras-96-tf",
            {
                "base.name": f"'{Path('bases/my own.keras').resolve()}'",
                "base.preprocessing": "tf",
                "base.weights": "null",
            },
        ),
        (
            "hub:resnet_50_imagenet@96",
            "shortlist-hub-resnet_50_imagenet-96",
            {"base.name": "hub:resnet_50_imagenet", "base.weights": "null"},
        ),
    ],
)
def test_a_base_is_named_with_its_side_and_what_it_expects_of_pixels(base, name, settings):
    own = BaseSettings()
    assert experiment_of(base) == name
    assert settings.items() <= settings_of(base, None, own).items()
    assert settings_of(base, 9, own) == settings_of(base, None, own) | {"data.limit": 9}


def test_the_base_of_the_parameters_keeps_what_they_say_of_it():
    own = BaseSettings(name="VGG16", weights="random", layers=["block5_pool"])
    expected = {"base.name": "VGG16", "data.image_size": "96"}
    assert settings_of("VGG16@96", None, own) == expected


@pytest.mark.parametrize("base", ["VGG16@large", "@160", "VGG16@96@96"])
def test_a_base_that_is_named_otherwise_is_refused(base):
    with pytest.raises(PipelineError, match=r"a base must be named NAME.*Received: "):
        settings_of(base, None, BaseSettings())


LITES = [f"efficientnet_lite{number}@96" for number in range(3)]


@pytest.mark.usefixtures("working_folder")
def test_at_hand_are_the_base_of_the_parameters_and_what_needs_no_download():
    assert list(bases_at_hand(BaseSettings(), 96)) == LITES
    assert list(bases_at_hand(BaseSettings(name="VGG16"), 96)) == ["VGG16@96", *LITES]


@pytest.mark.usefixtures("working_folder")
def test_a_file_at_hand_that_does_not_say_what_it_expects_of_pixels_is_named(capsys):
    own, other = Path("data/bases/own.keras"), Path("data/bases/other/own.keras")
    other.parent.mkdir(parents=True)
    for path, side in ((own, None), (other, 32)):
        keras.Sequential([keras.Input((side, side, 3)), keras.layers.Conv2D(2, 3)]).save(path)
    stated = {"weights": None, "preprocessing": "tf"}
    assert list(bases_at_hand(BaseSettings(name=str(own), **stated), 96)) == [f"{own}@96", *LITES]
    assert capsys.readouterr().out.startswith(f"Left out: {other}. Name it with what it expects")
    assert f"{other}@32" in bases_at_hand(BaseSettings(name=str(other), **stated), 96)


@pytest.mark.usefixtures("working_folder")
def test_a_preset_at_hand_says_what_it_expects_of_pixels_or_is_named(capsys):
    for name in ("one", "other"):
        folder = Path("data/bases", name)
        folder.mkdir(parents=True)
        (folder / "config.json").write_text('{"config": {}}')
        (folder / "model.weights.h5").touch()
    Path("data/bases/one/image_converter.json").write_text('{"config": {"image_size": [32, 32]}}')
    assert list(bases_at_hand(BaseSettings(), 96)) == [*LITES, "data/bases/one@32"]
    assert capsys.readouterr().out.startswith("Left out: data/bases/other. Name it with what it")


@pytest.mark.parametrize("name", ["a=b.onnx", "it's [1], {2}.tflite", "Größe модель.xml"])
def test_a_file_of_any_name_reaches_the_parameters(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("base: {name: VGG16}\n")
    value = settings_of(f"{name}@64:tf", None, BaseSettings())["base.name"]
    apply_overrides("params.yaml", [f"base.name={value}"])
    assert yaml.safe_load(Path("params.yaml").read_text())["base"]["name"] == str(tmp_path / name)


@pytest.mark.slow
def test_bases_are_run_in_copies_and_held_to_the_best(repository, monkeypatch, capsys):
    monkeypatch.chdir(repository.path)
    before = repository.run("git", "status", "--porcelain")
    shortlist(["efficientnet_lite0@32", "efficientnet_lite0@64"], 60)
    printed = capsys.readouterr().out
    rows = [line.split() for line in printed.splitlines()]
    accuracies = [float(row[4]) for row in rows if row[1:4] == ["as", "they", "are"]]
    assert len(accuracies) == 2
    assert [row[0] for row in rows if row[1:3] == ["random", "views"]] == ["cached_5"] * 2
    assert accuracies == sorted(accuracies, reverse=True)
    assert "Best, or not known to be worse on the images as they are: efficientnet" in printed
    assert repository.run("git", "status", "--porcelain") == before
