import json

import numpy as np
import pytest

from stages.errors import PipelineError
from stages.features.store import (
    Origin,
    digest_of_digests,
    feature_file,
    open_features,
    open_views,
    write_features,
)

IMAGES = digest_of_digests(["a", "b", "c"])
ORIGIN = Origin(view=2, images=IMAGES, plan="plan", base="base")
FEATURES = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "2" / "train.npy"
    write_features(path, [FEATURES[:2], FEATURES[2:]], (3, 4), np.dtype(np.float32), ORIGIN)
    return path


def test_what_was_written_is_read(path):
    features, origin = open_features(path, IMAGES)
    assert np.array_equal(features, FEATURES)
    assert origin == ORIGIN
    assert not features.flags.writeable


def test_a_flipped_byte_is_noticed(path):
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        PipelineError, match=rf"{path} is not what its manifest says of sha256.*dvc"
    ):
        open_features(path, IMAGES)


@pytest.mark.parametrize(
    ("other", "wrong"),
    [(FEATURES[:2], "shape"), (FEATURES.astype("f8"), "dtype"), (FEATURES[:, :3], "shape")],
)
def test_a_file_of_another_shape_or_dtype_is_noticed(path, other, wrong):
    np.save(path, other)
    with pytest.raises(PipelineError, match=wrong):
        open_features(path, IMAGES)


def test_features_of_other_images_are_refused(path):
    with pytest.raises(PipelineError, match="images"):
        open_features(path, digest_of_digests(["a", "b"]))


def test_missing_features_are_named(tmp_path):
    with pytest.raises(PipelineError, match=r"Received: .*none\.npy"):
        open_features(tmp_path / "none.npy", IMAGES)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_not_written(tmp_path, value):
    features = FEATURES.copy()
    features[2, 1] = value
    path = tmp_path / "a.npy"
    with pytest.raises(PipelineError, match="must be finite"):
        write_features(path, [features[:2], features[2:]], (3, 4), features.dtype, ORIGIN)
    assert not path.exists()


def test_what_the_dtype_cannot_hold_is_not_written(path):
    large = FEATURES + 70_000
    with pytest.raises(PipelineError, match=r"finite as float16\. Received: up to 70011"):
        write_features(path, [large], (3, 4), np.dtype(np.float16), ORIGIN)


def test_the_manifest_is_readable(path):
    manifest = json.loads(path.with_suffix(".json").read_text())
    assert manifest["shape"] == [3, 4]
    assert manifest["view"] == 2


def write_view(folder, view, base="base"):
    path = feature_file(folder, view)
    origin = Origin(view=view, images=IMAGES, plan="plan", base=base)
    write_features(path, [FEATURES + view], (3, 4), FEATURES.dtype, origin)


def test_only_the_listed_views_are_read_and_each_is_checked(tmp_path):
    for view in (0, 1, 2):
        write_view(tmp_path, view)
    feature_file(tmp_path, 1).write_bytes(b"stale")
    views = open_views(tmp_path, [2, 0], "abc")
    assert [view[0, 0] for view in views] == [2, 0]


def test_a_view_under_another_name_is_refused(tmp_path):
    write_view(tmp_path, 2)
    (tmp_path / "2").rename(tmp_path / "5")
    with pytest.raises(PipelineError, match=r"must hold view and base \(5, 'base'\)"):
        open_views(tmp_path, [5], "abc")


def test_views_of_two_bases_are_refused(tmp_path):
    write_view(tmp_path, 0)
    write_view(tmp_path, 1, base="other")
    with pytest.raises(PipelineError, match=r"Received: \(1, 'other'\)"):
        open_views(tmp_path, [0, 1], "abc")
