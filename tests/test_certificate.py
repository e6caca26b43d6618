"""A base in int8 through the stages, on images and a base that are constructed for it."""

import json
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import yaml
from PIL import Image

from stages import (
    augment,
    calibrate,
    certify,
    compile_base,
    extract,
    prepare,
    train_end_to_end,
    train_head,
)
from tests.repository import ROOT
from viewcache.arms.guards import refuse_worse_base
from viewcache.commands.certification import certify as certify_by_itself
from viewcache.ground.errors import PipelineError
from viewcache.ground.paths import (
    CALIBRATION,
    CERTIFICATE,
    PREPARED,
    cached_head_file,
    end_to_end_head_file,
)
from viewcache.images.prepared import open_prepared
from viewcache.views.calibration_views import LOCK, images_calibrated_on

CHANGES = {
    "data": {"image_size": 32},
    "extract": {
        **{"base": "model.keras", "weights": None, "preprocessing": "none"},
        **{"precision": "int8", "views": [0, 1, 2, 3]},
    },
    "evaluate": {"folds": 3, "test_views": 1, "margin": 0.1},
    "train": {
        **{"epochs": 3, "batch_size": 4, "learning_rate": 0.01},
        **{"budgets": [0, 3], "seeds": [0, 1]},
    },
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run stages in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    params = yaml.safe_load((ROOT / "recipes/own_folder.yaml").read_text())
    for section, values in CHANGES.items():
        params[section].update(values)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    save_photos(np.random.default_rng(0), 90)
    save_base(small=1.0)

    def run(stage, *arguments):
        monkeypatch.setattr(sys, "argv", [stage.__name__, *map(str, arguments)])
        stage.main()

    return run


def save_photos(chance, count):
    """Of two classes: in one of them red is brighter than green, on average."""
    for name, redder in (("grey", 0), ("red", 12)):
        folder = Path("photos") / name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            pixels = chance.integers(0, 200, (32, 32, 1)) + chance.integers(0, 20, (32, 32, 3))
            pixels[..., 0] += redder
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{count}_{number}.png")


def save_base(small):
    """A network whose first layer gives brightness and redness, the latter times `small`.

    Its second layer undoes that. In float32 nothing is lost on the way. In int8 a layer's values
    share one scale, so that the small ones become 0.
    """
    split = np.array([[1, small], [1, -small], [1, 0]], np.float32).reshape(1, 1, 3, 2)
    undone = np.diag([1 / 255, 1 / small]).astype(np.float32).reshape(1, 1, 2, 2)
    network = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(2, 1, activation="relu"),
            keras.layers.Conv2D(2, 1),
        ]
    )
    network.set_weights([split, np.zeros(2), undone, np.zeros(2)])
    network.save("model.keras")


def extract_all(run):
    for stage in (prepare, augment, calibrate, compile_base):
        run(stage)
    for views in (*(("--view", view) for view in (0, 1, 2, 3)), ("--test-views", 1)):
        run(extract, *views, "--dtype", "float32", "--batch-size", 8, "--engine", "local")


def test_a_base_that_int8_does_no_harm_is_certified_and_ends_in_the_heads_of_end_to_end(
    run, capsys
):
    extract_all(run)
    run(certify)
    found = json.loads(CERTIFICATE.read_text())
    assert found["outcome"] == "as good"
    assert found["images"] == 180 - found["calibration_images"] == 135
    refuse_worse_base(found, None)
    certify_by_itself()
    assert found["sentence"] in capsys.readouterr().out

    run(train_head)
    run(train_end_to_end, "compiled")
    one, other = cached_head_file(3, 0, 0), end_to_end_head_file("compiled", 0, 0)
    assert one.read_bytes() == other.read_bytes()


def test_a_base_that_int8_ruins_is_known_to_be_worse_and_refused_unless_accepted(run):
    save_base(small=0.03)
    extract_all(run)
    run(certify)
    found = json.loads(CERTIFICATE.read_text())
    assert found["clean"]["float32_accuracy"] > 0.95
    assert found["clean"]["accuracy"] < 0.8
    assert "is worse than in float32" in found["sentence"]
    with pytest.raises(PipelineError, match=r"accept it by evaluate.accept_worse int8\. Received"):
        refuse_worse_base(found, None)
    refuse_worse_base(found, "int8")


def test_an_image_more_leaves_the_calibration_as_it_is_and_one_of_it_less_is_told(run):
    for stage in (prepare, augment, calibrate):
        run(stage)
    before, calibrated = CALIBRATION.read_bytes(), images_calibrated_on(CALIBRATION)
    save_photos(np.random.default_rng(1), 1)
    for stage in (prepare, augment, calibrate):
        run(stage)
    assert CALIBRATION.read_bytes() == before
    images = open_prepared(PREPARED)
    row = next(row for row, digest in enumerate(images.digests) if digest in calibrated)
    (Path("photos") / images.paths[row]).unlink()
    run(prepare)
    with pytest.raises(PipelineError, match=r"remove calibration\.lock, and others are drawn"):
        run(calibrate)
    LOCK.unlink()
    run(augment)
    run(calibrate)
    assert images_calibrated_on(CALIBRATION) != calibrated
