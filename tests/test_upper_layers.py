"""The base's layers above a cut as a part of the head, from images to the exported model."""

import json
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from stages import (
    answer,
    augment,
    calibrate,
    compile_base,
    export,
    extract,
    prepare,
    train_end_to_end,
    train_head,
)
from tests.repository import ROOT
from viewcache.arms.arm import compared_on_cache
from viewcache.bases.artifact import find_base, load_layers_above_cut
from viewcache.bases.frozen import load_base
from viewcache.features.store import FeatureView, Rows, open_views
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import (
    ANSWERS,
    BASE,
    EQUIVALENCE,
    MODEL,
    PARTS,
    PREPARED,
    RECOMMENDATION,
)
from viewcache.heads.answers import as_head, losses
from viewcache.heads.cached_training import CachedTraining
from viewcache.heads.saved import open_head
from viewcache.images.folds import open_rotations
from viewcache.images.prepared import open_prepared
from viewcache.serving.classifier import open_classifier
from viewcache.serving.plain_keras import plain_keras

CHANGES = {
    "data": {"image_size": 32, "folds": 3},
    "augment": {"horizontal_flip": 0.5, "shift": 0.1},
    "base": {"name": "model.keras", "weights": None, "preprocessing": "unit"},
    "extract": {"cut": "lower"},
    "train": {"epochs": 4, "batch_size": 8},
    "arms": {"budgets": [0, "twin"], "seeds": [0]},
    "end_to_end": {"keras": 2, "compiled": "all"},
    "evaluate": {"test_views": 1},
}
IMAGES = np.arange(48)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A folder in which all stages ran that a cut concerns."""
    path = tmp_path_factory.mktemp("upper")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        save_params(upper_learning_rate=0.01)
        save_photos()
        save_base()
        for stage in (prepare, augment, calibrate, compile_base, extract, train_head):
            stage.main()
        for kind in ("keras", "compiled"):
            patch.setattr(sys, "argv", ["train_end_to_end", kind])
            train_end_to_end.main()
        answer.main()
        recommended = {"arm": "cached_2", "views": 2, "sentence": "What to do."}
        RECOMMENDATION.write_text(json.dumps(recommended))
        export.main()
        yield path


def save_params(**head):
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params |= yaml.safe_load((ROOT / "recipes/own_folder.yaml").read_text())
    for section, values in CHANGES.items():
        params.setdefault(section, {}).update(values)
    params["train"]["head"] = {"units": 8, **head}
    Path("params.yaml").write_text(yaml.safe_dump(params))


def save_photos():
    """Of stripes that lie, and of stripes that stand."""
    chance = np.random.default_rng(0)
    for name, axis in (("lying", 0), ("standing", 1)):
        folder = Path("photos") / name
        folder.mkdir(parents=True)
        for number in range(24):
            stripes = 40 * np.sin(np.indices((32, 32))[axis] + 6 * chance.random())
            noise = chance.normal(120, 30, (32, 32, 3))
            pixels = np.clip(noise + stripes[..., None], 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")


def save_base():
    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Conv2D(4, 5, strides=2, activation="relu", name="lower"),
        keras.layers.Conv2D(6, 3),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
    ]
    keras.Sequential([keras.Input((32, 32, 3)), *layers]).save("model.keras")


@pytest.fixture(autouse=True)
def working_folder(workspace, monkeypatch):
    monkeypatch.chdir(workspace)


def views():
    return open_views([0, 1, 2], open_prepared(PREPARED).digests)


def arm(name):
    arms = compared_on_cache(load_params(), open_rotations(PARTS))
    return next(arm for arm in arms if arm.name == name)


def upper():
    return load_layers_above_cut(BASE)


def test_rows_are_the_activations_at_the_cut():
    assert views()[0].rows.row_shape == (14, 14, 4)
    assert find_base(BASE).description["spec"]["cut"] == "lower"


def test_the_twin_and_end_to_end_have_the_same_layers_and_head_after_every_epoch():
    keras_own, compiled = json.loads(EQUIVALENCE.read_bytes())
    assert compiled["weight_differences"] == dict.fromkeys("1234", 0.0)
    assert compiled["changed_test_predictions"] == compiled["max_abs_feature_difference"] == 0
    assert [*keras_own["weight_differences"]] == ["1", "2"]
    assert max(keras_own["weight_differences"].values()) < 0.01


def test_upper_layers_are_trained_and_their_batch_norm_is_not():
    loaded = upper().get_weights()
    for arm_name, trained in (("cached_0", True), ("baseline", False)):
        weights = open_head(arm(arm_name).head_file(0, 1)).weights
        kept = [np.array_equal(*pair) for pair in zip(loaded, weights, strict=False)]
        assert kept == [not trained, not trained, True, True, True, True]


def test_answers_are_those_of_the_whole_head():
    images, table = open_prepared(PREPARED), pd.read_parquet(ANSWERS)
    [rotation] = [one for one in open_rotations(PARTS) if one.number == 1]
    head = as_head(open_head(arm("cached_2").head_file(0, 1)).weights, upper())
    scores = head.logits(views()[0].of(rotation.test))
    expected = losses(images.labels[rotation.test], scores)
    asked = table.query("arm == 'cached_2' and part == 'test' and view == 0 and rotation == 1")
    found = asked.set_index("image")["log_probability_of_label"]
    np.testing.assert_allclose(found[images.of(rotation.test)], -expected, rtol=1e-6)


def test_a_head_on_frozen_layers_answers_as_one_on_pooled_features():
    train, images = load_params().train, open_prepared(PREPARED)
    frozen = train.model_copy(update={"head": HeadSettings(units=8)})
    whole = load_base(load_params().base_spec.model_copy(update={"cut": None}))
    with images.read() as file:
        pooled = whole.predict_on_batch(file.read(IMAGES))
    on_pooled = {0: FeatureView(Rows([pooled]), IMAGES)}
    found = []
    for rows, layers in ((views(), upper()), (on_pooled, None)):
        training = CachedTraining(frozen, 2, images.labels, rows, layers)
        trained = training.train(IMAGES, IMAGES, [0] * 4, seed=0)
        found.append(as_head(trained.weights, layers).logits(rows[0].of(IMAGES)))
    np.testing.assert_allclose(*found, atol=1e-4)
    assert np.ptp(found[0]) > 0.01


def test_the_exported_model_answers_as_the_head_that_was_exported():
    images = open_prepared(PREPARED)
    with images.read() as file:
        pixels = file.read(IMAGES)
    layers, rows = upper(), views()
    training = CachedTraining(load_params().train, 2, images.labels, rows, layers)
    trained = training.train(IMAGES, IMAGES, arm("cached_2").views(0), seed=0)
    scores = as_head(trained.weights, layers).logits(rows[0].of(IMAGES))[:, 0]
    expected = np.stack([1 / (1 + np.exp(scores)), 1 / (1 + np.exp(-scores))], axis=1)
    np.testing.assert_allclose(open_classifier(MODEL).classify(pixels), expected, atol=1e-5)
    plain_keras(MODEL).save("plain.keras")
    found = keras.saving.load_model("plain.keras").predict_on_batch(pixels)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_rate_for_upper_layers_where_there_are_none_is_refused(tmp_path, monkeypatch, workspace):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "model.keras").write_bytes((workspace / "model.keras").read_bytes())
    save_params(upper_learning_rate=0.01)
    params = Path("params.yaml")
    params.write_text(params.read_text().replace("cut: lower", "cut: null"))
    with pytest.raises(PipelineError, match=r"extract\.cut is null: .* Received: 0\.01"):
        load_params()
