import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from benchmarks.workspace import generated
from stages import extract
from studies.policies import NOTHING
from tests.corner import Corner
from tests.features.numbered import flip
from tests.policies import EVERYTHING
from tests.specs import spec
from tests.stages.workspaces import EXTRACT, save_images
from viewcache.bases.artifact import CompiledBase
from viewcache.bases.compiling import compile_base
from viewcache.features.shards import Shard, shards_in
from viewcache.features.store import open_views
from viewcache.features.wanted import Maker
from viewcache.ground.manifests import load_array, save_array
from viewcache.ground.paths import (
    BASE,
    FEATURES,
    PREPARED,
    ROWS,
    keys_file,
    plan_file,
    planned_views,
    rows_file,
)
from viewcache.ground.stopwatch import Stopwatch, load_record
from viewcache.images.prepared import open_prepared
from viewcache.views.plan import draw
from viewcache.views.render import render

ROOT = Path(__file__).parents[2]
IMAGES = 11
ALL = np.arange(IMAGES)


@pytest.fixture
def workspace():
    with generated(IMAGES, 32, views=3) as folder:
        yield folder


class Compiled(CompiledBase):
    """`Corner`, not opened yet."""

    def open(self, batch_size):
        return Corner(batch_size)


def extracted(*views, name="corner", dtype="float32", batch_size=4):
    """How many rows were computed, of some views or of all that are planned."""
    base = Compiled(BASE, {"runtime": "openvino", "name": name})
    maker, images = Maker(base, np.dtype(dtype), batch_size), open_prepared(PREPARED)
    extract.extract(images, maker, views or planned_views(), "local", Stopwatch())
    return load_record("extract")["computed"]


def features(view, rows=ALL):
    return open_views([view], open_prepared(PREPARED).digests)[view].of(rows)


def keys(view=1):
    return np.load(keys_file(view))


def changed(before, view=1):
    """Rows of the images whose keys are others."""
    return np.flatnonzero((keys(view) != before).any(axis=1)).tolist()


def replan(rows=ALL, policy=EVERYTHING, **changes):
    """Plan view 1 for some of the images."""
    digests = open_prepared(PREPARED).of(rows)
    save_array(rows_file(1), np.asarray(rows))
    save_array(plan_file(1), draw(policy.model_copy(update=changes), 0, 1, digests))


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_row_holds_the_features_of_its_image_in_its_view(dtype):
    assert extracted(dtype=dtype) == 4 * IMAGES
    images = open_prepared(PREPARED)
    for view in planned_views():
        plan = load_array(plan_file(view))
        with images.read() as pixels:
            rendered = render(pixels.read(range(IMAGES)), plan)
        assert np.array_equal(features(view), Corner()(rendered).astype(dtype))


@pytest.mark.usefixtures("workspace")
def test_of_a_holdout_only_the_planned_images_are_extracted():
    replan()
    extracted(1)
    every, before = features(1), keys()
    planned = np.array([1, 2, 5, 7, 10])
    shutil.rmtree(ROWS)
    replan(planned)
    assert extracted(1) == len(planned)
    assert np.array_equal(features(1, planned), every[planned])
    assert np.flatnonzero(keys().any(axis=1)).tolist() == planned.tolist()
    assert np.array_equal(keys()[planned], before[planned])


@pytest.mark.usefixtures("workspace")
def test_a_second_run_computes_nothing_and_changes_nothing():
    extracted()
    before = contents()
    assert extracted() == 0
    assert contents() == before


def contents():
    files = [path for folder in (FEATURES, ROWS) for path in folder.iterdir()]
    return {path: path.read_bytes() for path in files}


@pytest.mark.usefixtures("workspace")
def test_views_that_are_no_longer_planned_leave_no_shards():
    extracted()
    for view in (2, 3):
        plan_file(view).unlink()
    assert extracted() == 0
    extracted(0)
    assert {*np.concatenate([Shard(path).views for path in shards_in(ROWS)])} == {0}


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("other", [{"name": "edge"}, {"batch_size": 3}, {"dtype": "float16"}])
def test_another_base_batch_or_dtype_makes_all_other_rows_and_takes_their_place(other):
    extracted()
    before = keys()
    assert extracted(**other) == 4 * IMAGES
    assert changed(before) == ALL.tolist()
    assert np.isfinite(features(1)).all()


@pytest.mark.usefixtures("workspace")
def test_pixels_and_the_row_of_the_plan_make_another_key():
    replan()
    extracted(1)
    before = keys()
    pixels = np.load(PREPARED / "images.npy")
    pixels[4, 0, 0, 0] ^= 1
    save_images(pixels)
    assert extracted(1) == 1
    assert changed(before) == [4]
    replan(zoom=0.1)
    assert extracted(1) == IMAGES
    assert changed(before) == ALL.tolist()


@pytest.mark.usefixtures("workspace")
def test_neither_path_nor_label_nor_the_number_of_views_makes_another_key():
    extracted(0, 1)
    before = keys_file(1).read_bytes()
    save_images(np.load(PREPARED / "images.npy"), path="elsewhere", label=1)
    assert extracted(0, 1, 2) == IMAGES
    assert keys_file(1).read_bytes() == before


@pytest.mark.usefixtures("workspace")
def test_rows_that_several_views_share_are_computed_once():
    replan(policy=NOTHING, horizontal_flip=0.5)
    flipped = load_array(plan_file(1))["horizontal_flip"]
    assert 0 < flipped.sum() < IMAGES
    assert extracted(0, 1) == IMAGES + flipped.sum()
    assert changed(keys(0)) == np.flatnonzero(flipped).tolist()
    assert np.array_equal(features(1)[~flipped], features(0)[~flipped])


@pytest.mark.usefixtures("workspace")
def test_files_of_the_same_pixels_have_rows_of_their_own():
    pixels = np.load(PREPARED / "images.npy")
    pixels[3] = pixels[7]
    save_images(pixels)
    assert extracted() == 4 * IMAGES
    assert np.array_equal(features(0, [3]), features(0, [7]))


@pytest.mark.usefixtures("workspace")
def test_a_damaged_shard_is_told_and_its_rows_are_computed_anew(capfd):
    extracted()
    before = {view: features(view) for view in planned_views()}
    damaged = shards_in(ROWS)[0]
    rows = len(Shard(damaged))
    flip(damaged, damaged.stat().st_size // 2)
    assert extracted() == rows
    assert f"rows of {damaged} are not used" in capfd.readouterr().err
    assert all(np.array_equal(features(view), of) for view, of in before.items())


@pytest.mark.usefixtures("workspace")
def test_all_planned_views_are_extracted_by_one_process_that_records_their_costs(
    monkeypatch, capsys
):
    monkeypatch.setattr(extract, "find_base", lambda _: Compiled(BASE, {"runtime": "openvino"}))
    extract.main()
    assert "44 rows of 4 views: 44 computed\n" in capsys.readouterr().out
    opened = open_views(range(4), open_prepared(PREPARED).digests)
    assert {view.images for view in opened.values()} == {IMAGES}
    record = load_record("extract")
    assert record["seconds"].keys() == {"setup", "lookup", "open", "extract", "other"}
    assert record["views"].keys() == {"0", "1", "2", "3"}
    assert {one["rows"] for one in record["views"].values()} == {IMAGES}
    seconds = sum(one["seconds"]["extract"] for one in record["views"].values())
    assert 0 < seconds <= record["seconds"]["extract"]


def peak_memory(images, base):
    with generated(images, 32):
        shutil.copytree(base, BASE)
        subprocess.run(EXTRACT, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
        assert sum(len(Shard(path)) for path in shards_in(ROWS)) == 2 * images
        return load_record("extract")["peak_rss_bytes"]


def test_memory_does_not_grow_with_the_number_of_images(tmp_path):
    compile_base(tmp_path, spec(side=32), "openvino")
    few, many = peak_memory(2_000, tmp_path), peak_memory(5_000, tmp_path)
    assert many - few < 6e6  # the images are 9 more, the features 31; each of both fills a shard
