import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from benchmarks.workspace import generated
from stages import extract
from tests.corner import Corner
from tests.policies import EVERYTHING
from tests.specs import spec
from tests.stages.workspaces import extract_command, save_images
from viewcache.bases.compiling import compile_base
from viewcache.features import wanted
from viewcache.features.store import keys_file, open_views
from viewcache.features.wanted import Maker
from viewcache.ground.manifests import verify
from viewcache.ground.paths import (
    BASE,
    PREPARED,
    extraction_record,
    feature_file,
    plan_file,
    rows_file,
)
from viewcache.ground.stopwatch import Stopwatch, load_record
from viewcache.images.prepared import open_prepared
from viewcache.views.plan import digest, load_plan, save_plan, save_rows
from viewcache.views.render import render

ROOT = Path(__file__).parents[2]
IMAGES = 11


@pytest.fixture
def workspace():
    with generated(IMAGES, 32, views=3) as folder:
        yield folder


class Compiled(NamedTuple):
    """`Corner`, not opened yet."""

    identity: str = "corner"

    @property
    def description(self):
        return {"name": self.identity}

    def open(self, batch_size):
        return Corner(batch_size)


def extracted(view=1, base="corner", dtype="float32", batch_size=4):
    """Features and keys of a view, as they lie on disk."""
    maker = Maker(Compiled(base), np.dtype(dtype), batch_size)
    extract.extract(open_prepared(PREPARED), maker, view, Stopwatch(), "local")
    path = feature_file(view)
    return np.load(path), np.load(keys_file(path))["key"]


def keys(**changes):
    return extracted(**changes)[1]


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("view", [0, 2])
def test_a_row_holds_the_features_of_its_image_in_this_view(view):
    features, _ = extracted(view)
    images = open_prepared(PREPARED)
    plan = load_plan(plan_file(view), view, images.digests)
    with images.read() as pixels:
        rendered = render(pixels.read(range(IMAGES)), plan)
    assert np.array_equal(features, Corner()(rendered))
    manifest = verify(feature_file(view), view=view, base="corner")
    assert manifest["plan"] == digest(plan)


@pytest.mark.usefixtures("workspace")
def test_of_a_holdout_only_the_planned_images_are_extracted():
    replan(range(IMAGES))
    every, keys_of_all = extracted()
    images, rows = open_prepared(PREPARED), np.array([1, 2, 5, 7, 10])
    replan(rows)
    features, keys_of_some = extracted()
    assert np.array_equal(features, every[rows])
    assert np.array_equal(keys_of_some, keys_of_all[rows])
    opened = open_views([1], images.digests)[1]
    assert np.array_equal(opened.of(np.array([7, 2])), every[[7, 2]])


def replan(rows, policy=EVERYTHING, **changes):
    """Plan view 1 for some of the images."""
    digests = open_prepared(PREPARED).of(rows)
    save_rows(rows_file(1), np.asarray(rows))
    save_plan(plan_file(1), policy.model_copy(update=changes), 0, 1, digests)


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "changes",
    [
        {"base": "another"},
        {"batch_size": 3},
        {"dtype": "float16"},
        {"view": 2},
    ],
    ids=["base", "batch shape", "dtype", "view"],
)
def test_base_batch_dtype_and_view_make_other_keys(changes):
    assert (keys() != keys(**changes)).any(axis=1).all()


@pytest.mark.usefixtures("workspace")
def test_another_renderer_makes_other_keys(monkeypatch):
    before = keys()
    monkeypatch.setattr(wanted, "RENDERER", wanted.RENDERER + 1)
    assert (keys() != before).any(axis=1).all()


@pytest.mark.usefixtures("workspace")
def test_pixels_and_the_row_of_the_plan_make_another_key():
    replan(range(IMAGES))
    before = keys()
    pixels = np.load(PREPARED / "images.npy")
    pixels[4, 0, 0, 0] ^= 1
    save_images(pixels)
    assert np.flatnonzero((keys() != before).any(axis=1)).tolist() == [4]
    replan(range(IMAGES), zoom=0.1)
    assert (keys() != before).any(axis=1).all()


@pytest.mark.usefixtures("workspace")
def test_neither_path_nor_label_nor_the_number_of_views_makes_another_key():
    before = keys()
    save_images(np.load(PREPARED / "images.npy"), path="elsewhere", label=1)
    extracted(view=3)
    assert np.array_equal(keys(), before)


@pytest.mark.usefixtures("workspace")
def test_all_planned_views_are_extracted_by_one_process_and_each_is_told_its_setup(monkeypatch):
    monkeypatch.setattr(extract, "find_base", lambda _: Compiled())
    monkeypatch.setattr("sys.argv", extract_command()[2:])
    extract.main()
    opened = open_views(range(4), open_prepared(PREPARED).digests)
    assert {len(view.features) for view in opened.values()} == {IMAGES}
    seconds = [load_record(extraction_record(view))["seconds"] for view in opened]
    setups = [one["setup"] for one in seconds]
    assert setups == sorted(setups)
    assert all(one["extract"] > 0 for one in seconds)


def peak_memory(images, base):
    with generated(images, 32):
        shutil.copytree(base, BASE)
        subprocess.run(extract_command(), check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
        assert np.load(feature_file(1), mmap_mode="r").shape == (images, 1280)
        return load_record(extraction_record(1))["peak_rss_bytes"]


def test_memory_does_not_grow_with_the_number_of_images(tmp_path):
    compile_base(tmp_path, spec(side=32), "openvino")
    few, many = peak_memory(300, tmp_path), peak_memory(7_000, tmp_path)
    assert many - few < 12e6  # a window of a file is 4 MB, the images are 21, the features 36
