from pathlib import Path

import pytest
import yaml
from dvc.utils.hydra import apply_overrides

from viewcache.commands.shortlisting import experiment_of, settings_of, shortlist
from viewcache.ground.errors import PipelineError


@pytest.mark.parametrize(
    ("base", "name", "settings"),
    [
        ("VGG16", "shortlist-VGG16", {"base.name": "VGG16", "data.image_size": "null"}),
        (
            "VGG16@96",
            "shortlist-VGG16-96",
            {"base.preprocessing": "own", "data.image_size": "96"},
        ),
        (
            "bases/my own.keras@96:tf",
            "shortlist-my-own.keras-96-tf",
            {"base.name": f"'{Path('bases/my own.keras').resolve()}'", "base.weights": "null"},
        ),
    ],
)
def test_a_base_is_named_with_its_side_and_what_it_expects_of_pixels(base, name, settings):
    assert experiment_of(base) == name
    assert settings.items() <= settings_of(base, None).items()
    assert settings_of(base, 9) == settings_of(base, None) | {"data.limit": 9}


@pytest.mark.parametrize("base", ["VGG16@large", "@160", "VGG16@96@96"])
def test_a_base_that_is_named_otherwise_is_refused(base):
    with pytest.raises(PipelineError, match=r"a base must be named NAME.*Received: "):
        settings_of(base, None)


@pytest.mark.parametrize("name", ["a=b.onnx", "it's [1], {2}.tflite", "Größe модель.xml"])
def test_a_file_of_any_name_reaches_the_parameters(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("base: {name: VGG16}\n")
    value = settings_of(f"{name}@64:tf", None)["base.name"]
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
