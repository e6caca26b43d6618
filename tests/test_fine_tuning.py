"""Layers above a cut trained through the stages, on images that are made for it."""

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
    compile_base,
    evaluate,
    extract,
    extract_cut,
    prepare,
    train_fine_tune,
    train_head,
)
from tests.costs.test_model import SET_UP
from tests.repository import ROOT
from viewcache.costs.calibration import calibrate_at_cut
from viewcache.costs.paces import Work
from viewcache.features.store import open_views
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import (
    ACTIVATIONS,
    PREPARED,
    TUNED_HEADS,
    activation_file,
    tuned_head_file,
)
from viewcache.images.prepared import open_prepared

CHANGES = {
    "data": {"image_size": 32},
    "augment": {"horizontal_flip": 0.5, "shift": 0.1},
    "extract": {
        **{"base": "model.keras", "weights": None, "preprocessing": "unit"},
        **{"cut": "lower", "views": [0, 1, 2, 3]},
    },
    "evaluate": {"folds": 3, "test_views": 1},
    "train": {
        **{"epochs": 3, "batch_size": 8, "budgets": [0, 1, 3], "seeds": [0, 1]},
        **{"end_to_end": [], "end_to_end_rotations": [1]},
    },
    "fine_tune": {"learning_rate": 0.01, "budgets": [0, 3], "seeds": [0, 1]},
}


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    """The folder of a run up to the training of the layers above the cut."""
    path = tmp_path_factory.mktemp("tuned")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        save_params()
        save_photos()
        save_base()
        run(patch, prepare)
        run(patch, augment)
        run(patch, extract_cut)
        run(patch, train_fine_tune)
    return path


def run(patch, stage, *arguments):
    patch.setattr(sys, "argv", [stage.__name__, *map(str, arguments)])
    stage.main()


def save_params(**extract):
    params = yaml.safe_load((ROOT / "recipes/own_folder.yaml").read_text())
    for section, values in CHANGES.items():
        params[section].update(values)
    params["extract"].update(extract)
    Path("params.yaml").write_text(yaml.safe_dump(params))


def save_photos():
    """Of stripes that lie, and of stripes that stand."""
    chance = np.random.default_rng(0)
    for name, axis in (("lying", 0), ("standing", 1)):
        folder = Path("photos") / name
        folder.mkdir(parents=True)
        for number in range(30):
            stripes = 40 * np.sin(np.indices((32, 32))[axis] + 6 * chance.random())
            noise = chance.normal(120, 30, (32, 32, 3))
            pixels = np.clip(noise + stripes[..., None], 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")


def save_base():
    keras.utils.set_random_seed(0)
    keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(4, 5, strides=2, activation="relu", name="lower"),
            keras.layers.Conv2D(6, 3),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.ReLU(),
        ]
    ).save("model.keras")


def weights(arm, seed=0, rotation=1):
    with np.load(tuned_head_file(arm, seed, rotation)) as file:
        return [file[name] for name in file.files]


def test_cached_below_the_cut_and_end_to_end_train_the_same_layers_to_the_bit(tuned, monkeypatch):
    monkeypatch.chdir(tuned)
    one, other = (tuned_head_file(f"tuned_{arm}", 0, 1) for arm in ("cached_3", "end_to_end"))
    assert one.read_bytes() == other.read_bytes()
    answers = [path.with_name("1_answers.npy").read_bytes() for path in (one, other)]
    assert answers[0] == answers[1]
    seen = json.loads((TUNED_HEADS / "seen.json").read_text())
    assert seen == {"max_abs_difference": 0}


def test_layers_above_the_cut_are_trained_and_their_batch_norm_is_not(tuned, monkeypatch):
    monkeypatch.chdir(tuned)
    before = keras.models.load_model("model.keras").get_weights()[2:]
    after = weights("tuned_cached_0")[:6]
    unchanged = [np.array_equal(*pair) for pair in zip(before, after, strict=True)]
    assert unchanged == [False, False, True, True, True, True]


def test_activations_keep_the_shape_of_the_cut_and_differ_by_view(tuned, monkeypatch):
    monkeypatch.chdir(tuned)
    views = open_views([0, 1], open_prepared(PREPARED).digests, activation_file)
    assert views[0].features.shape == (60, 14, 14, 4)
    assert not np.array_equal(views[0].of(np.arange(60)), views[1].of(np.arange(60)))


def test_the_page_and_the_results_say_what_tuning_brings_and_costs(tuned, monkeypatch):
    monkeypatch.chdir(tuned)
    for stage in (calibrate, compile_base):
        run(monkeypatch, stage)
    for view in (0, 1, 2, 3):
        run(monkeypatch, extract, "--view", view, *FORM)
    run(monkeypatch, extract, "--test-views", 1, *FORM)
    run(monkeypatch, train_head)
    Path("data/replay.json").write_text(json.dumps(REPLAY))
    run(monkeypatch, evaluate)
    found = json.loads(Path("results.json").read_text())["fine_tuning"]
    assert found["equivalence"]["is_exact"]
    arms = found["arms"]
    assert list(arms) == ["tuned_cached_0", "tuned_cached_3", "tuned_end_to_end"]
    images = arms["tuned_cached_0"]["base_passes"]
    assert arms["tuned_end_to_end"]["base_passes"] == arms["tuned_cached_3"]["base_passes"]
    assert arms["tuned_cached_3"]["base_passes"] == 3 * images
    gain = arms["tuned_cached_3"]["gain"]["clean"]
    assert gain["low"] < gain["difference"] < gain["high"]
    assert "training layers of the base" in Path("report.html").read_text()
    assert "too brings" in Path("plots/answer.txt").read_text().replace("\n", " ")


FORM = ("--dtype", "float32", "--batch-size", 8, "--engine", "local")
REPLAY = {"features": 1, "max_relative_difference": 0.0, "tolerance": 1e-4}


def test_a_plan_measures_both_sides_of_the_cut(tuned, monkeypatch):
    monkeypatch.chdir(tuned)
    work = Work(load_params(), open_prepared(PREPARED), images=20, classes=2)
    found = calibrate_at_cut(work, Path("at_cut"), SET_UP)
    assert found.row_bytes == 14 * 14 * 4 * 4
    assert found.set_up.compile_base > 0 == found.set_up.start_extract
    assert 0 < found.paces.head.rest < found.paces.end_to_end["compiled"].rest


def test_without_a_cut_nothing_is_extracted_or_trained(tmp_path, monkeypatch, tuned):
    monkeypatch.chdir(tuned)
    save_params(cut=None)
    before = sorted(TUNED_HEADS.rglob("*"))
    monkeypatch.setattr("viewcache.arms.tuning.train_tuned", None)
    run(monkeypatch, extract_cut)
    run(monkeypatch, train_fine_tune)
    assert sorted(TUNED_HEADS.rglob("*")) == before
    assert ACTIVATIONS.is_dir()


def test_a_layer_that_is_not_there_is_told_with_those_near_it(tuned, monkeypatch):
    monkeypatch.chdir(tuned)
    save_params(cut="lowr")
    rule = r"extract.cut must name layers of .*; near it: lower.*Received: 'lowr'"
    with pytest.raises(PipelineError, match=rule):
        run(monkeypatch, extract_cut)
