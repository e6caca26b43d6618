import json
import mmap
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.features import store
from viewcache.features.keys import KEYS
from viewcache.features.store import (
    FeatureView,
    FeatureWriter,
    Origin,
    keys_file,
    open_views,
    rows_of_view,
)
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_digests, manifest_file, seal, verify
from viewcache.ground.paths import feature_file, rows_file
from viewcache.ground.view_ids import TEST_VIEW_OFFSET
from viewcache.views.plan import save_rows

DIGESTS = ["a", "b", "c"]
IMAGES = digest_of_digests(DIGESTS)
FEATURES = np.arange(12, dtype=np.float32).reshape(3, 4)
ROW_KEYS = np.arange(96, dtype=np.uint8).view(KEYS)
ALL = np.arange(3)


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    """Three images, each of which has random views."""
    monkeypatch.chdir(tmp_path)
    save_rows(rows_file(1), ALL)


def write(path, batches=(ALL,), features=FEATURES, dtype=FEATURES.dtype, **origin):
    origin = {"view": 2, "images": IMAGES, "plan": "plan", "base": "base"} | origin
    keys, row_shape = ROW_KEYS[: len(features)], features.shape[1:]
    with FeatureWriter(path, keys, row_shape, dtype, Origin(**origin)) as writer:
        for rows in batches:
            writer.write(np.array(rows), features[rows])
    return path


def write_view(view, features=FEATURES, **origin):
    own = {"plan": f"plan {view}", "features": features + view}
    return write(feature_file(view), **own | {"view": view} | origin)


def test_what_was_written_is_read():
    for _ in range(2):  # the second time over the first
        write_view(2)
    features, places = open_views([2], DIGESTS)[2]
    assert np.array_equal(features, FEATURES + 2)
    assert places.tolist() == [0, 1, 2]
    assert not features.flags.writeable


@given(order=st.permutations(range(3)), cut=st.integers(1, 2))
def test_rows_written_in_any_order_make_the_same_files(tmp_path_factory, order, cut):
    folder = tmp_path_factory.mktemp("features")
    in_order = write(folder / "a" / "features.npy", [[0], [1, 2]])
    other = write(folder / "b" / "features.npy", [order[:cut], order[cut:]])
    assert other.read_bytes() == in_order.read_bytes()
    assert keys_file(other).read_bytes() == keys_file(in_order).read_bytes()
    assert np.array_equal(np.load(other), FEATURES)


def test_the_keys_lie_beside_the_features_and_are_sealed():
    path = write(Path("features.npy"), [[2], [0, 1]])
    assert np.array_equal(np.load("keys.npy"), ROW_KEYS)
    assert keys_file(path) == Path("keys.npy")
    verify(keys_file(path))


def test_rows_may_have_a_shape():
    features = np.arange(24, dtype=np.float32).reshape(3, 2, 4)
    path = write(Path("features.npy"), [[1, 2], [0]], features)
    assert np.array_equal(np.load(path), features)
    assert verify(path)["shape"] == [3, 2, 4]


def test_a_row_that_is_missing_leaves_nothing():
    with pytest.raises(PipelineError, match=r"features\.npy must get 3 rows\. Received: 2, no"):
        write(Path("new/features.npy"), [[0], [2]])
    assert not list(Path("new").iterdir())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_not_written(value):
    features = FEATURES.copy()
    features[2, 1] = value
    with pytest.raises(PipelineError, match=r"for new/features\.npy must be finite as float32"):
        write(Path("new/features.npy"), [[0, 1], [2]], features)
    assert not list(Path("new").iterdir())


def test_what_breaks_off_leaves_what_was_there_before():
    path = write_view(2)
    with pytest.raises(PipelineError, match="must be finite"):
        write_view(2, FEATURES * np.nan)
    assert np.array_equal(open_views([2], DIGESTS)[2].features, FEATURES + 2)
    assert len(list(path.parent.iterdir())) == 4


def test_what_the_dtype_cannot_hold_is_not_written():
    with pytest.raises(PipelineError, match=r"finite as float16\. Received: up to 70011"):
        write(Path("features.npy"), features=FEATURES + 70_000, dtype=np.dtype(np.float16))


def test_the_manifest_says_what_the_features_are_and_come_from():
    manifest = json.loads(manifest_file(write_view(2)).read_text())
    assert (manifest["shape"], manifest["dtype"]) == ([3, 4], "<f4")
    assert (manifest["view"], manifest["images"]) == (2, IMAGES)
    assert (manifest["plan"], manifest["base"]) == ("plan 2", "base")


@pytest.mark.parametrize("place", [8, 40, 120, 130, -5])
def test_a_flipped_byte_is_noticed(place):
    path = write_view(2)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(PipelineError, match=rf"{path} is damaged: `make repair`.*Received: \w+$"):
        open_views([2], DIGESTS)


@pytest.mark.parametrize("other", [FEATURES[:2], FEATURES.astype("f8"), FEATURES[:, :3]])
def test_a_file_of_another_shape_or_dtype_is_noticed(other):
    np.save(write_view(2), other)
    with pytest.raises(PipelineError, match="is damaged"):
        open_views([2], DIGESTS)


@pytest.mark.parametrize("others", ["abd", "bac", "abcd", "ab"])
def test_view_0_of_other_images_is_refused(others):
    write_view(0)
    with pytest.raises(PipelineError, match="must be made from images"):
        open_views([0], list(others))


@pytest.mark.parametrize("others", ["abd", "bac", "dbc"])
def test_a_random_view_of_other_images_is_refused(others):
    write_view(2)
    with pytest.raises(PipelineError, match="must be made from images"):
        open_views([2], list(others))


def test_a_random_view_that_is_planned_for_more_images_is_refused():
    write_view(2)
    with pytest.raises(PipelineError, match=r"rows\.npy must be of 2 .*Received: row 2$"):
        open_views([2], ["a", "b"])


def test_a_view_of_some_images_gives_theirs_by_their_rows_among_all():
    save_rows(rows_file(1), np.array([1, 3]))
    write_view(2, FEATURES[:2], images=digest_of_digests("bd"), batches=[[0, 1]])
    opened = open_views([2], list("abcde"))[2]
    assert opened.places.tolist() == [-1, 0, -1, 1, -1]
    assert np.array_equal(opened.of(np.array([3, 1, 3])), FEATURES[[1, 0, 1]] + 2)


@pytest.mark.parametrize(("available", "fetched"), [(26_999, [2, 8]), (27_001, [])])
def test_of_a_file_larger_than_memory_the_pages_of_wanted_rows_are_fetched(
    monkeypatch, available, fetched
):
    monkeypatch.setattr(store, "virtual_memory", lambda: Mock(available=available))
    np.save("features.npy", np.zeros((9, 3000), np.uint8))
    features = np.load("features.npy", mmap_mode="r")
    features._mmap = Mock()
    FeatureView(features, np.array([-1, 8, 2])).fetch(np.array([2, 1]))
    calls = features._mmap.madvise.call_args_list
    for (advice, page, length), place in zip((call.args for call in calls), fetched, strict=True):
        start = 128 + 3000 * place
        assert (advice, page) == (mmap.MADV_WILLNEED, start // mmap.PAGESIZE * mmap.PAGESIZE)
        assert page + length == start + 3000


def test_view_0_has_all_images_and_others_those_that_are_planned():
    save_rows(rows_file(1), np.array([0, 2]))
    save_rows(rows_file(TEST_VIEW_OFFSET), np.array([1]))
    assert rows_of_view(0, 4).tolist() == [0, 1, 2, 3]
    assert [rows_of_view(view, 4).tolist() for view in (1, 7)] == [[0, 2], [0, 2]]
    assert rows_of_view(TEST_VIEW_OFFSET + 1, 4).tolist() == [1]


def test_planned_rows_are_checked():
    np.save(rows_file(1), np.array([0, 1]))
    with pytest.raises(PipelineError, match=r"train/rows\.npy is damaged"):
        rows_of_view(1, 3)


def test_only_the_listed_views_are_read_and_each_is_checked():
    for view in (0, 1, 2):
        write_view(view)
    feature_file(1).write_bytes(b"stale")
    opened = open_views([2, 0], DIGESTS)
    assert {view: one.features[0, 0] for view, one in opened.items()} == {2: 2, 0: 0}


def test_a_view_under_another_name_is_refused():
    write_view(2).parent.rename(feature_file(5).parent)
    with pytest.raises(PipelineError, match=r"must be made from view 5.*Received: 2$"):
        open_views([5], DIGESTS)


def test_views_of_two_bases_are_refused():
    write_view(0)
    write_view(1, base="other")
    with pytest.raises(PipelineError, match=r"from base 'base'.*Received: 'other'$"):
        open_views([0, 1], DIGESTS)


def test_one_view_kept_under_the_names_of_several_is_refused():
    for view in (1, 2):
        write_view(view, FEATURES - view)
    with pytest.raises(PipelineError, match=r"2/features\.npy must differ from .*1/features"):
        open_views([1, 2], DIGESTS)


def test_views_that_are_drawn_alike_may_be_equal():
    for view in (1, 2):
        write_view(view, FEATURES - view, plan="plan")
    assert list(open_views([1, 2], DIGESTS)) == [1, 2]


def test_features_without_a_seal_are_missing():
    path = write_view(2)
    manifest_file(path).unlink()
    with pytest.raises(PipelineError, match=r"features\.json is missing"):
        open_views([2], DIGESTS)
    seal(path)
    with pytest.raises(PipelineError, match=r"must be made from view 2.*Received: None$"):
        open_views([2], DIGESTS)
