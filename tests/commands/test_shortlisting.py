"""`viewcache shortlist` on photographs, with a base that ImageNet taught and one that is blind."""

import re
import shutil
from pathlib import Path

import keras
import pandas as pd
import pytest
import yaml

from tests.photographs import save_crops
from viewcache.commands.shortlisting import shortlist
from viewcache.ground.errors import PipelineError

ROOT = Path(__file__).parents[2]
COUNTS = {"cat": 60, "coffee": 60}


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    """Photographs, parameters for them, and a `.keras` file of the user's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    save_crops(Path("photos"), COUNTS)
    shutil.copy(ROOT / "recipes/own_folder.yaml", "params.yaml")
    change("data", image_size=64)
    Path("data/bases").mkdir(parents=True)
    blind = keras.layers.Conv2D(4, 3, kernel_initializer="zeros", name="blind")
    keras.Sequential([keras.Input((32, 32, 3)), blind]).save("blind.keras")


def change(section, **values):
    params = yaml.safe_load(Path("params.yaml").read_text())
    params[section] |= values
    Path("params.yaml").write_text(yaml.safe_dump(params))


def test_the_base_that_sees_is_told_with_how_to_take_it(capsys):
    change("extract", base="blind.keras", weights=None, preprocessing="tf")
    shortlist(["blind.keras", "efficientnet_lite0"], seconds=300)
    printed = capsys.readouterr().out
    assert re.match(r"120 images through 2 bases will take about \d+ seconds, and heads", printed)
    assert "efficientnet_lite0: every other base is known to be worse on the images" in printed
    assert "dvc exp run \\\n    -S extract.base=efficientnet_lite0 \\\n" in printed
    assert "tested on all 120 images." in printed
    assert max(map(len, printed.splitlines())) <= 100
    found = pd.read_csv("plots/shortlist.csv")
    assert found["base"].tolist() == ["efficientnet_lite0", "blind.keras"]
    assert found["px"].tolist() == [64, 32]
    assert found["accuracy"][0] > 0.9 > 0.6 > found["accuracy"][1]
    assert Path("plots/shortlist.png").read_bytes().startswith(b"\x89PNG")
    assert not list(Path("data").glob("shortlist*"))


def test_without_names_it_takes_what_is_at_hand_and_tells_how_to_get_the_rest(capsys):
    Path("blind.keras").rename("data/bases/blind.keras")
    shortlist([], seconds=0)
    printed = " ".join(capsys.readouterr().out.split())
    assert pd.read_csv("plots/shortlist.csv")["base"].tolist() == ["efficientnet_lite0"]
    assert "what the file expects of pixels, such as data/bases/blind.keras:tf" in printed
    assert "keras/models): ConvNeXtBase, " in printed
    assert "MobileNetV2, " in printed


def test_what_int8_is_calibrated_on_no_base_is_tested_on():
    change("evaluate", folds=3)
    shortlist(["blind.keras:tf:int8", "blind.keras:tf"], seconds=0)
    found = pd.read_csv("plots/shortlist.csv")
    assert sorted(found["precision"]) == ["float32", "int8"]
    assert found["images"].tolist() == [90, 90]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (
            "efficientnet_lite1",
            r"BASE efficientnet_lite1: base: no network .*'efficientnet_lite1'$",
        ),
        (
            "blind.keras@blond:tf",
            r"extract.layers must name layers of .* near it: blind.* 'blond'$",
        ),
    ],
)
def test_a_base_that_cannot_be_had_ends_in_one_line(name, rule):
    with pytest.raises(PipelineError, match=rule):
        shortlist([name], seconds=0)
    assert not list(Path("data").glob("shortlist*"))


def test_a_class_without_enough_images_for_the_folds_is_named():
    for file in sorted(Path("photos/cat").iterdir())[2:]:
        file.unlink()
    with pytest.raises(PipelineError, match=r"every part needs images of every class, in rotation"):
        shortlist(["efficientnet_lite0"], seconds=0)


def test_a_folder_without_images_is_named():
    shutil.rmtree("photos")
    Path("photos").mkdir()
    with pytest.raises(PipelineError, match=r"photos must hold images of two classes or more"):
        shortlist(["efficientnet_lite0"], seconds=0)
