import hashlib
import shutil

import pandas as pd
import pytest

from tests.images.pictures import save_noise
from viewcache.ground.errors import PipelineError
from viewcache.images.index import counts_by_class, index_images, refuse_missing_class
from viewcache.images.sources import open_source


@pytest.fixture
def folder(tmp_path):
    """60 images of noise in two classes; images 2 and 3, of one class, have the same bytes."""
    for number in range(60):
        name = ("no", "yes")[number // 2 % 2]
        save_noise(tmp_path / name / f"{number}.png", seed=2 if number == 3 else number, side=8)
    return tmp_path


def indexed(folder, limit=None):
    source = open_source(folder, None, None)
    return index_images(source, seed=0, validation=0.3, test=0.3, limit=limit)


def test_adding_images_moves_no_other_one(folder):
    splits = indexed(folder).set_index("path")["split"]
    for number in range(0, 50, 7):
        next(folder.glob(f"*/{number}.png")).unlink()
    fewer = indexed(folder).set_index("path")["split"]
    assert len(fewer) < len(splits)
    assert splits.loc[fewer.index].equals(fewer)


def test_groups_and_splits_of_the_source_are_kept(folder):
    listed = [("no/0.png", "no", "g", "test"), ("yes/2.png", "yes", "h", "train")]
    lines = ["path,label,group,split,camera", *(",".join((*row, "c")) for row in listed)]
    (folder / "list.csv").write_text("\n".join(lines))
    index = index_images(open_source(folder, "list.csv", None), 0, 0.3, 0.3, None)
    assert set(index.columns) == {"digest", "path", "label", "group", "split"}
    found = index.sort_values("path")[["path", "group", "split"]].to_numpy().tolist()
    assert found == [["no/0.png", "g", "test"], ["yes/2.png", "h", "train"]]


def test_equal_bytes_share_a_split(folder):
    twins = indexed(folder).set_index("path").loc[["yes/2.png", "yes/3.png"]]
    assert twins["digest"].nunique() == twins["split"].nunique() == 1


def test_equal_bytes_under_two_labels_are_refused(folder):
    shutil.copy(folder / "yes/3.png", folder / "no/other.png")
    with pytest.raises(PipelineError, match=r"Received: \['no/other.png', 'yes/2.png'"):
        indexed(folder)


def test_a_limit_keeps_the_smallest_digests(folder):
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*/*.png")]
    assert indexed(folder, limit=7)["digest"].tolist() == sorted(digests)[:7]


def test_every_image_has_its_own_digest_and_label(folder):
    for row in indexed(folder).itertuples():
        assert row.digest == hashlib.sha256((folder / row.path).read_bytes()).hexdigest()
        assert row.label == ["no", "yes"].index(row.path.partition("/")[0])


def test_a_split_without_a_class_is_refused_with_the_counts(folder):
    refuse_missing_class(indexed(folder), ["no", "yes"])
    with pytest.raises(PipelineError, match=r"needs images of every class.*'no': 0"):
        refuse_missing_class(indexed(folder, limit=2), ["no", "yes"])


def test_a_file_that_cannot_be_read_is_named(folder):
    source = open_source(folder, None, None)
    (folder / "no/0.png").unlink()
    with pytest.raises(PipelineError, match=r"no/0\.png cannot be read\. Received: No such file"):
        index_images(source, seed=0, validation=0.3, test=0.3, limit=None)


def test_counts_have_a_row_a_split_and_a_column_a_class():
    index = pd.DataFrame({"split": ["train", "test", "train"], "label": [1, 0, 1]})
    counts = counts_by_class(index, ["no", "yes"])
    assert counts.loc["train"].to_dict() == {"no": 0, "yes": 2}
    assert counts.loc["validation"].sum() == 0
