import hashlib

import pytest

from tests.images.pictures import save_noise
from viewcache.ground.errors import PipelineError
from viewcache.images.index import index_images
from viewcache.images.sources import open_source


@pytest.fixture
def folder(tmp_path):
    """60 images of noise in two classes; images 2 and 3, of one class, have the same bytes."""
    for number in range(60):
        name = ("no", "yes")[number // 2 % 2]
        save_noise(tmp_path / name / f"{number}.png", seed=2 if number == 3 else number, side=8)
    return tmp_path


def indexed(folder, limit=None):
    return index_images(open_source(folder, None, None), limit)


def test_groups_and_splits_of_the_source_are_kept(folder):
    listed = [("no/0.png", "no", "g", "test"), ("yes/2.png", "yes", "h", "train")]
    lines = ["path,label,group,split,camera", *(",".join((*row, "c")) for row in listed)]
    (folder / "list.csv").write_text("\n".join(lines))
    index = index_images(open_source(folder, "list.csv", None), None)
    assert index.columns.tolist() == ["digest", "path", "label", "group", "split"]
    found = index.sort_values("path")[["path", "group", "split"]].to_numpy().tolist()
    assert found == [["no/0.png", "g", "test"], ["yes/2.png", "h", "train"]]


def test_equal_bytes_share_a_digest_and_follow_each_other_by_path(folder):
    index = indexed(folder)
    assert index["digest"].is_monotonic_increasing
    twins = index[index["digest"].duplicated(keep=False)]
    assert twins["path"].tolist() == ["yes/2.png", "yes/3.png"]


def test_without_a_manifest_nothing_is_known_of_groups_or_splits(folder):
    assert indexed(folder).columns.tolist() == ["digest", "path", "label"]


def test_a_limit_keeps_the_smallest_digests(folder):
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*/*.png")]
    assert indexed(folder, limit=7)["digest"].tolist() == sorted(digests)[:7]


def test_every_image_has_its_own_digest_and_label(folder):
    for row in indexed(folder).itertuples():
        assert row.digest == hashlib.sha256((folder / row.path).read_bytes()).hexdigest()
        assert row.label == ["no", "yes"].index(row.path.partition("/")[0])


def test_a_file_that_cannot_be_read_is_named(folder):
    source = open_source(folder, None, None)
    (folder / "no/0.png").unlink()
    with pytest.raises(PipelineError, match=r"no/0\.png cannot be read\. Received: No such file"):
        index_images(source, None)
