"""What a training passes is kept as `extract` would have written it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.workspace import generated
from stages.extract import extract
from tests.corner import Corner
from tests.stages.test_extract import Compiled
from viewcache.features.recording import Recorder
from viewcache.features.reuse import open_kept
from viewcache.features.wanted import Maker
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PREPARED, extraction_record, feature_file, reuse_folder
from viewcache.ground.stopwatch import Stopwatch, load_record
from viewcache.images.prepared import open_prepared
from viewcache.views.fresh import fresh_views

IMAGES, VIEW = 40, 2
TRAINED = np.delete(np.arange(IMAGES), [3, 4, 20, 39])
UNFINISHED = Path("seen/recorded.unfinished")


@pytest.fixture(autouse=True)
def workspace():
    with generated(IMAGES, 32, views=3):
        yield


def maker(dtype="float32"):
    return Maker(Compiled(), np.dtype(dtype), 4)


def record(rows=TRAINED, view=VIEW, dtype="float32", epochs=1.0):
    """Read a view as a training does, and give what was read, in order of the rows."""
    images, policy, costs = open_prepared(PREPARED), load_params().augment, Stopwatch()
    order = np.random.default_rng(0).permutation(len(rows))[: round(epochs * len(rows))]
    with images.read() as pixels:
        render = costs.timed("augment", fresh_views(pixels, images.digests, policy, 0))
        recorder = Recorder(maker(dtype), images, policy, 0, UNFINISHED.parent, costs)
        with recorder.recording(view, rows, lambda *batch: Corner()(render(*batch))) as read:
            batches = np.split(order, range(7, len(order), 7))
            features = np.concatenate([read(view, rows[batch]) for batch in batches])
    return features[np.argsort(order)]


def extracted(view=VIEW, dtype="float32"):
    """The files of a view that is extracted now, and how many of its rows were computed."""
    extract(open_prepared(PREPARED), maker(dtype), view, Stopwatch(), "local")
    files = {file.name: file.read_bytes() for file in feature_file(view).parent.iterdir()}
    return files, load_record(extraction_record(view))["computed"]


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_recorded_rows_are_those_of_extract_to_the_last_bit(dtype):
    anew, computed = extracted(dtype=dtype)
    assert computed == IMAGES
    for folder in (reuse_folder(), feature_file(VIEW).parent):
        shutil.rmtree(folder)
    record(dtype=dtype)
    assert extracted(dtype=dtype) == (anew, IMAGES - len(TRAINED))


def test_a_recorded_file_has_the_manifest_and_the_keys_that_extract_would_give_it():
    record(np.arange(IMAGES))
    [recorded] = open_kept()
    shutil.rmtree(reuse_folder())
    extracted()
    [kept] = open_kept()
    assert recorded.manifest == kept.manifest
    assert np.array_equal(recorded.keys, kept.keys)
    assert not UNFINISHED.exists()


def test_what_the_training_reads_is_in_float32_and_the_same_whatever_is_kept_of_it():
    features = record(dtype="float16")
    assert features.dtype == np.float32
    extracted()
    assert np.array_equal(features, np.load(feature_file(VIEW))[TRAINED])
    assert np.array_equal(features, record())


def test_only_rows_that_are_not_kept_yet_are_recorded():
    record(TRAINED[:20])
    record()
    record()
    assert sorted(len(kept.keys) for kept in open_kept()) == [len(TRAINED) - 20, 20]


def test_another_view_and_another_dtype_are_recorded_each_for_itself():
    record()
    record(view=3)
    record(dtype="float16")
    assert [len(kept.keys) for kept in open_kept()] == 3 * [len(TRAINED)]


def test_an_epoch_that_does_not_read_every_row_is_refused_and_leaves_nothing():
    with pytest.raises(PipelineError, match=rf"must get {len(TRAINED)} rows\. Received: 18"):
        record(epochs=0.5)
    assert not open_kept()
    assert not UNFINISHED.exists()


def test_what_a_kill_left_is_in_no_way():
    UNFINISHED.mkdir(parents=True)
    (UNFINISHED / "features.npy.unfinished").write_bytes(b"half")
    record()
    assert extracted()[1] == IMAGES - len(TRAINED)


def test_its_costs_are_those_of_the_whole_epoch_and_yield_to_what_extract_measures():
    record(TRAINED[:20])
    record()
    newest = open_kept()[0].record
    assert (newest["rows"], newest["measured_rows"]) == (len(TRAINED), len(TRAINED) // 10)
    assert 0 < newest["seconds"]["augment"] < newest["seconds"]["extract"]
    extracted()
    assert load_record(extraction_record(VIEW))["measured_rows"] == IMAGES - len(TRAINED)
