import mmap
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.features.numbered import MADE_BY, digests, features, flip, keys, write
from viewcache.features import store
from viewcache.features.shards import Shard, shards_in
from viewcache.features.store import (
    FeatureRows,
    FeatureView,
    Index,
    Rows,
    load_keys,
    open_views,
    rows_of_views,
    save_keys,
)
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import save_array
from viewcache.ground.paths import ROWS, keys_file, rows_file
from viewcache.ground.view_ids import TEST_VIEW_OFFSET

IMAGES = [0, 1, 2]


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def numbers(view, images=IMAGES):
    return [100 * view + image for image in images]


def write_view(view, **settings):
    """Keys and rows of a view of all images."""
    save_keys(view, keys(numbers(view)))
    return write(numbers(view), **settings)


def opened(*views, images=IMAGES):
    return open_views(views, digests(images))


def test_what_was_written_is_read():
    for view in (0, 2, 1):
        write_view(view)
    for view, one in opened(2, 0).items():
        assert np.array_equal(one.of(np.array([2, 0, 2])), features(numbers(view, [2, 0, 2])))
        assert one.images == 3
        assert (one.rows.row_shape, one.rows.dtype, one.rows.row_bytes) == ((3,), np.float32, 12)


@given(order=st.permutations(numbers(1) + numbers(2)), cuts=st.sets(st.integers(1, 5)))
def test_how_rows_lie_in_shards_does_not_matter(order, cuts):
    for path in shards_in(ROWS):
        path.unlink()
    for part in np.split(np.array(order), sorted(cuts)):
        write(part)
    for view in (1, 2):
        save_keys(view, keys(numbers(view)))
    for view, one in opened(1, 2).items():
        assert np.array_equal(one.of(np.array([1, 0, 2])), features(numbers(view, [1, 0, 2])))


@given(
    shards=st.lists(st.sets(st.integers(0, 20), min_size=1), max_size=4),
    wanted=st.lists(st.integers(0, 25)),
)
def test_every_key_that_any_shard_has_is_found_in_its_place(shards, wanted):
    held = [Mock(keys=keys([*shard])) for shard in shards]
    placed = [number for shard in shards for number in shard]
    places = Index(held).places(keys(wanted))
    for number, place in zip(wanted, places, strict=True):
        assert placed[place] == number if place >= 0 else number not in placed


@pytest.mark.parametrize("shape", [(2, 4), (2, 3, 5)])
def test_rows_may_have_a_shape(shape):
    write_view(1, shape=shape)
    assert np.array_equal(opened(1)[1].of(np.array([2, 1])), features(numbers(1, [2, 1]), shape))


def test_float16_is_read_as_float16():
    write_view(1, dtype="float16")
    found = opened(1)[1].of(np.array([2, 1]))
    assert found.dtype == np.float16
    assert np.array_equal(found, features(numbers(1, [2, 1])).astype(np.float16))


def test_of_a_holdout_images_that_a_view_does_not_have_have_no_place():
    write(numbers(1, [1, 3]))
    planned = np.zeros((5, 16), np.uint8)
    planned[[1, 3]] = keys(numbers(1, [1, 3]))
    save_keys(1, planned)
    one = opened(1, images=range(5))[1]
    assert (one.places >= 0).tolist() == [False, True, False, True, False]
    assert one.images == 2
    assert np.array_equal(one.of(np.array([3, 1, 3])), features(numbers(1, [3, 1, 3])))


def test_views_may_share_rows():
    write_view(0)
    save_keys(1, keys([1, 0, 2])[[1, 0, 2]])
    one, other = opened(0, 1).values()
    assert np.array_equal(one.places, other.places)


def test_the_rows_of_a_view_are_read_a_slice_at_a_time():
    write_view(1)
    rows = FeatureRows(opened(1)[1], np.array([2, 0, 1]))
    assert len(rows) == 3
    assert np.array_equal(rows[:], features(numbers(1, [2, 0, 1])))
    assert np.array_equal(rows[1:], features(numbers(1, [0, 1])))


@pytest.mark.parametrize("place", [8, 300, 1300, -5])
def test_a_flipped_byte_is_noticed(place):
    [shard] = write_view(2)
    flip(shard.path, place)
    with pytest.raises(PipelineError, match=rf"{shard.path} (is damaged: `make rep|must be a sh)"):
        opened(2)


def test_damage_of_a_shard_that_no_listed_view_is_in_does_not_matter():
    write_view(1)
    [other] = write_view(2)
    flip(other.path, other.path.read_bytes().index(other.features.tobytes()))
    assert list(opened(1)) == [1]
    with pytest.raises(PipelineError, match="is damaged"):
        opened(1, 2)


def test_a_missing_row_says_what_brings_it():
    save_keys(2, keys(numbers(2)))
    write(numbers(2, [0, 2]))
    told = r"the 3 rows of view 2: `dvc checkout` or `dvc pull` .*Received: 1 are missing$"
    with pytest.raises(PipelineError, match=told):
        opened(2)


def test_without_any_shards_rows_are_missing():
    save_keys(2, keys(numbers(2)))
    with pytest.raises(PipelineError, match="3 are missing"):
        opened(2)


@pytest.mark.parametrize("others", [[0, 1, 3], [1, 0, 2], [3, 1, 2]])
def test_rows_of_other_images_are_refused(others):
    write_view(1)
    with pytest.raises(PipelineError, match=r"features/1\.npy must be of the prepared images"):
        opened(1, images=others)


@pytest.mark.parametrize("images", [2, 4])
def test_keys_of_another_number_of_images_are_refused(images):
    write_view(1)
    with pytest.raises(PipelineError, match=rf"1\.npy must hold keys of {images} prepared images"):
        opened(1, images=range(images))


@pytest.mark.parametrize("content", [None, b"", b"\x93NUMPY", b"stale"])
def test_keys_that_cannot_be_read_are_refused(content):
    keys_file(1).parent.mkdir(parents=True)
    if content is not None:
        keys_file(1).write_bytes(content)
    with pytest.raises(PipelineError, match=r"1\.npy must hold the keys of a view's rows"):
        load_keys(1, 3)


def test_a_view_under_the_name_of_another_is_told_by_its_keys():
    """Rows are found by key: a name does not decide on them."""
    write_view(2)
    keys_file(2).rename(keys_file(5))
    assert np.array_equal(opened(5)[5].of(np.array([1])), features([201]))


@pytest.mark.parametrize("other", [{"base": {"name": "edge"}}, {"dtype": "float16"}])
def test_views_of_two_bases_are_refused(other):
    write_view(0)
    write_view(1, made_by=MADE_BY | other)
    with pytest.raises(PipelineError, match=r"\.arrow must be made as data/rows/\w+\.arrow"):
        opened(0, 1)
    assert list(opened(0)) == [0]


def write_repeated(view, of, images=IMAGES):
    """Rows with their own keys, and the features of another view."""
    first, second = numbers(view, images), numbers(of, images)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.features.numbered.features", lambda *_: features(second))
        write(first)


def test_one_view_kept_under_the_names_of_several_is_refused():
    write_view(1)
    write_repeated(2, of=1)
    save_keys(2, keys(numbers(2)))
    told = r"features/2\.npy must differ from data/features/1\.npy.*equal features of 3 images$"
    with pytest.raises(PipelineError, match=told):
        opened(1, 2)


def test_views_that_are_equal_in_some_images_are_two():
    write_view(1)
    write_repeated(2, of=1, images=[0, 1])
    write([202])
    save_keys(2, keys(numbers(2)))
    assert list(opened(1, 2)) == [1, 2]


def test_views_of_different_images_are_not_compared():
    write([100], [201])
    for image in (0, 1):
        planned = np.zeros((2, 16), np.uint8)
        planned[image] = keys([100 * (image + 1) + image])
        save_keys(image + 1, planned)
    assert list(opened(1, 2, images=[0, 1])) == [1, 2]


@pytest.fixture
def advised(monkeypatch):
    """What is advised on memory maps."""
    calls = []

    class Noted(mmap.mmap):
        def madvise(self, *arguments):
            calls.append(arguments)

    monkeypatch.setattr(mmap, "mmap", Noted)
    return calls


@pytest.mark.parametrize(("available", "fetched"), [(27_000, [102, 108]), (27_001, [])])
def test_of_rows_beyond_memory_the_pages_of_those_wanted_are_fetched(
    monkeypatch, advised, available, fetched
):
    monkeypatch.setattr(store, "virtual_memory", lambda: Mock(available=available))
    [shard] = write(range(100, 109), shape=(750,))
    view = FeatureView(Rows([shard.features]), np.array([-1, 8, 2]))
    view.fetch(np.array([2, 1]))
    for (advice, page, length), number in zip(advised, fetched, strict=True):
        start = shard.path.read_bytes().index(features([number], (750,)).tobytes())
        assert (advice, page) == (mmap.MADV_WILLNEED, start // mmap.PAGESIZE * mmap.PAGESIZE)
        assert page + length == start + 3000


def test_what_was_read_leaves_the_memory_and_is_read_again():
    [shard] = write_view(1, shape=(50, 1000))
    one = opened(1)[1]
    before = one.of(np.arange(3)).copy()
    one.release(np.arange(3))
    assert np.array_equal(one.of(np.arange(3)), before)
    assert np.array_equal(Shard(shard.path).features, before)


def test_view_0_has_all_images_and_others_those_that_are_planned():
    save_array(rows_file(1), np.array([0, 2]))
    save_array(rows_file(TEST_VIEW_OFFSET), np.array([1]))
    found = rows_of_views([0, 1, 7, TEST_VIEW_OFFSET + 1], 4)
    assert [rows.tolist() for rows in found.values()] == [[0, 1, 2, 3], [0, 2], [0, 2], [1]]
    assert [*found] == [0, 1, 7, TEST_VIEW_OFFSET + 1]


def test_planned_rows_are_checked():
    save_array(rows_file(1), np.arange(3))
    with pytest.raises(PipelineError, match=r"rows\.npy must be of 2 .*Received: row 2$"):
        rows_of_views([1], 2)
    np.save(rows_file(1), np.array([0, 1]))
    with pytest.raises(PipelineError, match=r"train/rows\.npy is damaged"):
        rows_of_views([1], 3)


def test_saved_keys_are_the_same_wherever_and_whenever_they_are_saved():
    for folder in ("a", "b"):
        Path(folder).mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            save_keys(1, keys(numbers(1)))
            save_keys(1, keys(numbers(1)))
    assert (Path("a") / keys_file(1)).read_bytes() == (Path("b") / keys_file(1)).read_bytes()
