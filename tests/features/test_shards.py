import json
import shutil
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.features.numbered import MADE_BY, features, flip, images, keys, write
from viewcache.features import shards
from viewcache.features.shards import Shard, ShardWriter, shards_in
from viewcache.ground.errors import PipelineError
from viewcache.ground.machine import machine
from viewcache.ground.manifests import digest_of_file
from viewcache.ground.stopwatch import Stopwatch

FOLDER, ROW_BYTES = Path("rows"), 12


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def small(monkeypatch):
    """Four rows make a shard."""
    monkeypatch.setattr(shards, "SHARD_BYTES", 4 * ROW_BYTES)


def writer(dtype="float32", costs=None):
    return ShardWriter(FOLDER, np.dtype(dtype), MADE_BY, costs or Stopwatch())


def test_what_was_written_is_read():
    [shard] = write([703, 701], [802], folder=FOLDER)
    assert np.array_equal(shard.keys, keys([703, 701, 802]))
    assert np.array_equal(shard.images, images([3, 1, 2]))
    assert shard.views.tolist() == [7, 7, 8]
    assert np.array_equal(shard.features, features([703, 701, 802]))
    assert (shard.features.dtype, shard.features.flags.writeable) == (np.float32, False)


def test_a_shard_is_named_by_the_digest_of_its_bytes():
    [shard] = write([1], folder=FOLDER)
    assert shard.path.stem == shard.digest == digest_of_file(shard.path)
    shard.verify()


def test_others_read_it_as_an_arrow_file():
    [shard] = write([1, 2], folder=FOLDER)
    table = pa.ipc.open_file(shard.path).read_all()
    assert table.column_names == ["key", "image", "view", "feature"]
    assert table["feature"].to_pylist() == features([1, 2]).tolist()


@pytest.mark.parametrize("shape", [(1,), (2, 4), (2, 3, 5)])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_rows_may_have_a_shape_and_either_dtype(shape, dtype):
    [shard] = write([1, 2], [3], folder=FOLDER, dtype=dtype, shape=shape)
    assert (shard.row_shape, shard.features.dtype) == (shape, dtype)
    assert np.array_equal(shard.features, features([1, 2, 3], shape).astype(dtype))


@given(
    order=st.permutations(range(12)),
    cuts=st.sets(st.integers(1, 11)),
    views=st.lists(st.integers(0, 2), min_size=12, max_size=12),
)
def test_rows_in_any_order_and_batches_are_each_written_once(order, cuts, views):
    shutil.rmtree(FOLDER, ignore_errors=True)
    batches = np.split(np.array(order), sorted(cuts))
    with pytest.MonkeyPatch.context() as patch, writer() as out:
        patch.setattr(shards, "SHARD_BYTES", 4 * ROW_BYTES)
        for view, numbers in zip(views, batches, strict=False):
            out.write(view, keys(numbers), keys(numbers), features(numbers))
    found = [Shard(path) for path in shards_in(FOLDER)]
    written = np.concatenate([shard.features for shard in found])
    by_key = np.concatenate([shard.keys for shard in found])
    numbers = written[:, 0].astype(int)
    assert sorted(numbers) == list(range(12))
    assert np.array_equal(written, features(numbers))
    assert np.array_equal(by_key, keys(numbers))
    assert max(map(len, found)) <= max(4, *map(len, batches))
    for shard in found:
        assert shard.views.all() or not shard.views.any()


@pytest.mark.usefixtures("small")
def test_a_batch_that_is_larger_than_a_shard_makes_one_of_its_own():
    found = write([1], [2, 3, 4, 5, 6, 7], [8], folder=FOLDER)
    assert sorted(map(len, found)) == [1, 1, 6]


@pytest.mark.usefixtures("small")
def test_what_breaks_off_keeps_the_shards_that_are_full():
    def breaking_off():
        yield from range(10)
        raise KeyboardInterrupt

    def write_all(out):
        for number in breaking_off():
            out.write(1, keys([1]), keys([1]), features([number]))

    with pytest.raises(KeyboardInterrupt), writer() as out:
        write_all(out)
    found = [Shard(path) for path in FOLDER.iterdir()]
    assert sorted(number for shard in found for number in shard.features[:, 0]) == list(range(8))


def test_shards_that_were_there_are_never_changed():
    [before] = write([1], folder=FOLDER)
    write([2], folder=FOLDER)
    before.verify()
    assert len(shards_in(FOLDER)) == 2


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_not_written(value):
    wrong = features([1, 2])
    wrong[1, 2] = value
    with pytest.raises(PipelineError, match="must be finite as float32"), writer() as out:
        out.write(1, keys([1, 2]), keys([1, 2]), wrong)
    assert not list(FOLDER.iterdir())


def test_what_the_dtype_cannot_hold_is_not_written():
    told = r"finite as float16\. Received: up to 70000"
    with pytest.raises(PipelineError, match=told), writer("float16") as out:
        out.write(1, keys([1]), keys([1]), features([70_000]))


def test_where_it_cannot_be_written_it_is_said():
    out = writer()
    out.write(1, keys([1]), keys([1]), features([1]))
    shutil.rmtree(FOLDER)
    with pytest.raises(PipelineError, match="rows cannot be written"):
        out.__exit__(None, None, None)


def test_it_says_what_made_its_rows_where_and_when():
    about = write([1], folder=FOLDER)[0].about
    assert (about.made_by, about.machine) == (MADE_BY, machine())
    assert abs(about.measured_at - time.time()) < 60


@pytest.mark.usefixtures("small")
def test_each_says_what_its_own_rows_cost():
    costs = Stopwatch()
    costs.seconds["open"] = 5.0
    with writer(costs=costs) as out:
        for number, pause in enumerate([0.05, 0, 0, 0, 0.2]):
            with costs.part("augment"):
                time.sleep(pause)
            out.write(1, keys([number]), keys([number]), features([number]))
    found = sorted([Shard(path) for path in shards_in(FOLDER)], key=len)
    last, first = [shard.about.seconds for shard in found]
    assert first["open"] == last["open"] == 5
    assert last["augment"] >= 0.2
    assert costs.parts["augment"] == pytest.approx(first["augment"] + last["augment"])
    for seconds in (first, last):
        assert seconds["augment"] <= seconds["extract"]


@given(place=st.integers(0, 10**6), length=st.none() | st.integers(0, 10**6))
def test_a_byte_that_differs_or_is_missing_is_noticed(tmp_path_factory, place, length):
    folder = tmp_path_factory.mktemp("rows")
    [shard] = write([1, 2, 3], folder=folder)
    size = shard.path.stat().st_size
    flip(shard.path, place % size)
    if length is not None:
        shard.path.write_bytes(shard.path.read_bytes()[: length % size])
    with pytest.raises(PipelineError, match=r"must be a shard|is damaged: `make repair`"):
        Shard(shard.path).verify()


def test_a_file_that_is_missing_is_no_shard():
    with pytest.raises(PipelineError, match=r"gone\.arrow must be a shard"):
        Shard(Path("gone.arrow"))


def test_under_another_name_it_is_held_to_the_digest_that_is_given():
    [shard] = write([1], folder=FOLDER)
    copy = Path(shutil.copyfile(shard.path, "ab12"))
    Shard(copy, shard.digest).verify()
    with pytest.raises(PipelineError, match="ab12 is damaged"):
        Shard(copy).verify()


def test_an_arrow_file_of_others_is_no_shard():
    batch = pa.record_batch({"key": [1, 2]}, metadata={shards.ABOUT: json.dumps({})})
    with pa.ipc.new_file("other.arrow", batch.schema) as file:
        file.write_batch(batch)
    with pytest.raises(PipelineError, match="must be a shard"):
        Shard(Path("other.arrow"))
