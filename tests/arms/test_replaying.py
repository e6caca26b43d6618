"""What was stored, computed again in a folder in which the stages ran up to the features."""

import contextlib
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
import yaml

from stages import augment, calibrate, compile_base, extract, prepare
from tests.arms.named import params_with
from tests.images.pictures import save_noise
from tests.repository import ROOT
from viewcache.arms.replaying import replay
from viewcache.bases.frozen import load_base
from viewcache.features.store import open_views
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import seal
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PREPARED, planned_views, seen_file
from viewcache.images.prepared import open_prepared

IMAGES, OFF = 12, 5e-5
CHANGES = {
    "data": {"image_size": 32, "folds": 3},
    "base": {"name": "model.keras", "weights": None, "preprocessing": "unit"},
    "train": {"epochs": 2},
    "arms": {"budgets": [0, "twin"]},
    "evaluate": {"test_views": 1},
}


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("extracted")
    with contextlib.chdir(folder):
        for number in range(IMAGES):
            save_noise(Path("photos") / ("cat", "dog")[number % 2] / f"{number}.png", number)
        save_params()
        save_model("model.keras", seed=0)
        for stage in (prepare, augment, calibrate, compile_base, extract):
            stage.main()
    return folder


@pytest.fixture(autouse=True)
def workspace(extracted, tmp_path, monkeypatch):
    shutil.copytree(extracted, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def save_params():
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params |= yaml.safe_load((ROOT / "recipes/own_folder.yaml").read_text())
    for section, values in CHANGES.items():
        params.setdefault(section, {}).update(values)
    Path("params.yaml").write_text(yaml.safe_dump(params))


def save_model(name, seed):
    keras.utils.set_random_seed(seed)
    keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(4, 3)]).save(name)


def cached(view, rows):
    """Features of some images in a view: a copy."""
    return open_views([view], open_prepared(PREPARED).digests)[view].of(np.array(rows))


def keep(kind, view, rows, features):
    """Write what end to end saw in a batch."""
    file = seen_file(kind)
    file.parent.mkdir(parents=True)
    np.savez(file, rows=rows, features=features)
    seal(file, view=view)


def test_all_that_was_stored_is_computed_again_and_the_largest_difference_told():
    off = cached(1, [3, 5])
    off[0] += OFF
    keep("keras", 1, [3, 5], off)
    keep("compiled", 0, [2], cached(0, [2]))
    found = replay(load_params(), 1000)
    assert found.features == len(planned_views()) * IMAGES + 3
    assert found.max_relative_difference == pytest.approx(OFF, rel=0.05)
    assert found.tolerance == pytest.approx(1e-4)


def test_views_that_were_sampled_from_detail_are_sampled_from_it_again():
    before = cached(1, range(IMAGES))
    params = yaml.safe_load(Path("params.yaml").read_text())
    params["data"]["detail"] = 1.25
    Path("params.yaml").write_text(yaml.safe_dump(params))
    for stage in (prepare, extract):
        stage.main()
    assert (cached(1, range(IMAGES)) != before).any(axis=1).all()
    assert replay(load_params(), 1000).max_relative_difference < 1e-5


def test_of_what_is_cached_as_many_are_drawn_as_are_wanted():
    assert replay(load_params(), 5).features == 5


@pytest.mark.parametrize("kind", ["keras", "compiled"])
def test_what_end_to_end_saw_and_the_image_does_not_give_is_told(kind):
    off = cached(1, [3, 5])
    off[1] += 0.01
    keep(kind, 1, [3, 5], off)
    told = rf"^{seen_file(kind)} must hold .*'{open_prepared(PREPARED).paths[5]}' gives in view 1,"
    with pytest.raises(PipelineError, match=told):
        replay(load_params(), 5)


def test_what_end_to_end_saw_is_never_unpickled():
    keep("keras", 1, [3], cached(1, [3]).astype(object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        replay(load_params(), 5)


def test_in_another_precision_than_float32_each_base_computes_what_it_gave():
    save_model("other.keras", seed=1)
    of_other = params_with(base={"name": "other.keras"})
    with open_prepared(PREPARED).read() as file:
        features = load_base(of_other.base_spec).predict_on_batch(file.read(range(2)))
    keep("keras", 0, [0, 1], features)
    keep("compiled", 1, [4], cached(1, [4]))
    params = params_with(base={"name": "other.keras", "precision": "int8"})
    assert replay(params, 1000).features == len(planned_views()) * IMAGES + 3
    with pytest.raises(PipelineError, match=r"^data/features/0\.npy must hold"):
        replay(of_other, 1000)
