import json

import numpy as np
import pytest

from viewcache.features.store import Origin, feature_file, open_views, write_features
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_digests, manifest_file

IMAGES = digest_of_digests(["a", "b", "c"])
ORIGIN = Origin(view=2, images=IMAGES, plan="plan", base="base")
FEATURES = np.arange(12, dtype=np.float32).reshape(3, 4)


def write_view(folder, view, **origin):
    path = feature_file(folder, view)
    origin = {"view": view, "images": IMAGES, "plan": f"plan {view}", "base": "base"} | origin
    batches = [FEATURES[:2] + view, FEATURES[2:] + view]
    write_features(path, batches, (3, 4), FEATURES.dtype, Origin(**origin))
    return path


def test_what_was_written_is_read(tmp_path):
    for _ in range(2):  # the second time over the first
        write_view(tmp_path / "train", 2)
    [features] = open_views(tmp_path / "train", [2], "abc")
    assert np.array_equal(features, FEATURES + 2)
    assert not features.flags.writeable


@pytest.mark.parametrize("place", [8, 40, 120, 130, -5])
def test_a_flipped_byte_is_noticed(tmp_path, place):
    path = write_view(tmp_path, 2)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(PipelineError, match=rf"{path} is damaged: `make repair`.*Received: \w+$"):
        open_views(tmp_path, [2], "abc")


@pytest.mark.parametrize("other", [FEATURES[:2], FEATURES.astype("f8"), FEATURES[:, :3]])
def test_a_file_of_another_shape_or_dtype_is_noticed(tmp_path, other):
    np.save(write_view(tmp_path, 2), other)
    with pytest.raises(PipelineError, match="is damaged"):
        open_views(tmp_path, [2], "abc")


def test_features_of_other_images_are_refused(tmp_path):
    write_view(tmp_path, 2)
    with pytest.raises(PipelineError, match="must be made from images"):
        open_views(tmp_path, [2], "ab")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_not_written(tmp_path, value):
    features = FEATURES.copy()
    features[2, 1] = value
    path = tmp_path / "a.npy"
    with pytest.raises(PipelineError, match="must be finite"):
        write_features(path, [features[:2], features[2:]], (3, 4), features.dtype, ORIGIN)
    assert not path.exists()


def test_what_the_dtype_cannot_hold_is_not_written(tmp_path):
    large = FEATURES + 70_000
    with pytest.raises(PipelineError, match=r"finite as float16\. Received: up to 70011"):
        write_features(tmp_path / "a.npy", [large], (3, 4), np.dtype(np.float16), ORIGIN)


def test_the_manifest_says_what_the_features_are_and_come_from(tmp_path):
    manifest = json.loads(manifest_file(write_view(tmp_path, 2)).read_text())
    assert (manifest["shape"], manifest["dtype"]) == ([3, 4], "<f4")
    assert (manifest["view"], manifest["images"]) == (2, IMAGES)
    assert (manifest["plan"], manifest["base"]) == ("plan 2", "base")


def test_only_the_listed_views_are_read_and_each_is_checked(tmp_path):
    for view in (0, 1, 2):
        write_view(tmp_path, view)
    feature_file(tmp_path, 1).write_bytes(b"stale")
    views = open_views(tmp_path, [2, 0], "abc")
    assert [view[0, 0] for view in views] == [2, 0]


def test_a_view_under_another_name_is_refused(tmp_path):
    write_view(tmp_path, 2)
    (tmp_path / "2").rename(tmp_path / "5")
    with pytest.raises(PipelineError, match=r"must be made from view 5.*Received: 2$"):
        open_views(tmp_path, [5], "abc")


def test_views_of_two_bases_are_refused(tmp_path):
    write_view(tmp_path, 0)
    write_view(tmp_path, 1, base="other")
    with pytest.raises(PipelineError, match=r"from base 'base'.*Received: 'other'$"):
        open_views(tmp_path, [0, 1], "abc")


def test_one_view_kept_under_the_names_of_several_is_refused(tmp_path):
    for view in (1, 2):
        origin = Origin(view, IMAGES, f"plan {view}", "base")
        write_features(feature_file(tmp_path, view), [FEATURES], (3, 4), FEATURES.dtype, origin)
    with pytest.raises(PipelineError, match=r"2/features\.npy must differ from .*1/features"):
        open_views(tmp_path, [1, 2], "abc")


def test_views_that_are_drawn_alike_may_be_equal(tmp_path):
    for view in (1, 2):
        origin = Origin(view, IMAGES, "plan", "base")
        write_features(feature_file(tmp_path, view), [FEATURES], (3, 4), FEATURES.dtype, origin)
    assert len(open_views(tmp_path, [1, 2], "abc")) == 2
