import re

import pytest

from tests.images.test_sources import add_images
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.schema import Data
from viewcache.images.layouts.known import LAYOUTS, RIGHT
from viewcache.images.sources import find_source, open_source


def found(root, *paths):
    add_images(root, *paths)
    source = find_source(root, None)
    classes = [source.classes[label] for label in source.table["label"]]
    return source, dict(zip(source.table["path"], classes, strict=True))


def inside(*folders, classes=("ant", "bee")):
    """Two images of each class in each folder."""
    return [
        f"{folder}{name}/{number}.png" for folder in folders for name in classes for number in "12"
    ]


def test_params_and_messages_know_every_layout():
    names = {*LAYOUTS, "table"}
    assert set(RIGHT) == names
    for name in names:
        table = "labels.csv" if name == "table" else None
        assert Data(source="elpv", path="data/source", manifest=table, layout=name).layout == name


@pytest.mark.parametrize(
    ("paths", "layout"),
    [
        (inside(""), "class_folders"),
        (inside("a wrapper/in a wrapper/"), "class_folders"),
        (inside("", classes=["ant/day 1", "bee/day 2"]), "class_folders"),
        (inside("", classes=["ant/images", "bee/images"]), "class_folders"),
        (["ant.1.png", "ant.2.png", "bee.1.png", "bee.2.png"], "file_names"),
        (["in/ant_1.png", "in/ant_2.png", "in/bee_1.png", "in/bee_2.png"], "file_names"),
        (["ant (1).png", "ant (2).png", "bee (1).png", "bee (2).png"], "file_names"),
        (inside("train/", "validation/", "test/"), "split_folders"),
        (inside("Training/", "Testing/"), "split_folders"),
        (inside("set/TRAIN/", "set/dev/"), "split_folders"),
        (inside("seg_train/seg_train/", "seg_test/seg_test/"), "split_folders"),
        (inside("training_set/", "test_set/"), "split_folders"),
        (["train/ant1.png", "train/bee1.png", "test/ant2.png", "test/bee2.png"], "split_folders"),
    ],
)  # fmt: skip
def test_every_layout_is_found_and_tells_the_classes(tmp_path, paths, layout):
    source, classes = found(tmp_path, *paths)
    assert source.layout == layout
    assert len(classes) == len(paths)
    assert all(name in path for path, name in classes.items())
    assert set(classes.values()) == {"ant", "bee"}
    again = open_source(tmp_path, None, None, layout)
    assert again.table.equals(source.table)


def test_the_parts_of_split_folders_are_those_of_their_names(tmp_path):
    source, _ = found(tmp_path, *inside("Training/", "VALID/", "testing/"))
    parts = source.table.groupby(source.table["path"].str.partition("/")[0])["split"].unique()
    assert {folder: list(part) for folder, part in parts.items()} == {
        "Training": ["train"],
        "VALID": ["validation"],
        "testing": ["test"],
    }


def test_unlabelled_images_beside_splits_are_left_aside_and_said(tmp_path):
    source, classes = found(
        tmp_path, *inside("seg_train/", "seg_test/"), "seg_pred/7.png", "seg_pred/8.png"
    )
    assert len(classes) == 8
    assert source.skipped == 2
    assert "seg_pred has no labels and is left aside" in source.words


def test_a_split_may_lack_a_class_and_bring_none(tmp_path):
    _, classes = found(tmp_path, *inside("train/"), "test/ant/3.png")
    assert len(classes) == 5
    add_images(tmp_path, "test/unknown/4.png")
    with pytest.raises(
        PipelineError, match=r"test must hold classes of train only. .*\['unknown'\]"
    ):
        find_source(tmp_path, None)


@pytest.mark.parametrize("splits", [("val/", "test/"), ("train/", "val/", "valid/")])
def test_splits_without_training_or_with_a_part_twice_are_refused(tmp_path, splits):
    add_images(tmp_path, *inside(*splits))
    with pytest.raises(PipelineError, match=r"must hold a folder for training, and one for a part"):
        find_source(tmp_path, None)


def test_class_folders_that_hold_the_same_folders_are_refused_with_every_way_named(tmp_path):
    add_images(tmp_path, *inside("site a/", "site b/"))
    ways = (
        "class_folders: 2 classes (site a, site b); nested_folders: 4 classes (site a/ant, "
        "site a/bee, site b/ant, site b/bee); innermost_folders: 2 classes (ant, bee)"
    )
    for read in (find_source, lambda root, _: open_source(root, None, None)):
        with pytest.raises(PipelineError, match=re.escape(f"Received: {ways}")):
            read(tmp_path, None)
    assert open_source(tmp_path, None, None, "innermost_folders").classes == ["ant", "bee"]
    assert len(open_source(tmp_path, None, None, "nested_folders").classes) == 4


def test_a_table_that_says_the_same_as_the_folders_is_no_second_way(tmp_path):
    add_images(tmp_path, *inside(""))
    (tmp_path / "list.csv").write_text("file,label\nant/1.png,0\nant/2.png,0\nbee/1.png,1\n")
    assert find_source(tmp_path, None).layout == "class_folders"


def test_a_table_that_says_the_same_and_knows_groups_is_taken(tmp_path):
    add_images(tmp_path, *inside(""))
    rows = [f"{path},{path.split('/')[0]},{path[-5]}" for path in inside("")]
    (tmp_path / "list.csv").write_text("\n".join(["path,label,group", *rows]))
    assert set(find_source(tmp_path, None).table["group"]) == {"1", "2"}


def test_a_table_that_says_otherwise_is_refused_with_both_named_and_may_be_chosen(tmp_path):
    add_images(tmp_path, *inside(""))
    (tmp_path / "list.csv").write_text("file,label\nant/1.png,x\nant/2.png,y\nbee/1.png,x\n")
    ways = r"Received: class_folders: 2 classes \(ant, bee\); list\.csv: 2 classes \(x, y\)$"
    with pytest.raises(PipelineError, match=ways):
        find_source(tmp_path, None)
    assert find_source(tmp_path, "list.csv").classes == ["x", "y"]
    assert find_source(tmp_path, "class_folders").classes == ["ant", "bee"]


def test_a_folder_in_no_layout_is_shown_with_what_would_be_right(tmp_path):
    add_images(tmp_path, *(f"IMG{number}.png" for number in range(9)))
    (tmp_path / "list.csv").write_text("name,kind\nno.png,x\n")
    with pytest.raises(PipelineError) as caught:
        find_source(tmp_path, None)
    message = str(caught.value)
    for right in RIGHT.values():
        assert right in message
    assert "Received: IMG0.png, IMG1.png, IMG2.png, IMG3.png, and 6 more; " in message
    assert "list.csv must have the columns path and label" in message


@pytest.mark.parametrize(
    "paths", [["ant.1.png", "ant.2.png"], ["ant1.png", "ant2.png", "bee_1.png", "bee_2.png"],
              ["ant1.png", "bee2.png", "cow3.png"], ["patient1_2.png", "patient2_3.png"] * 2]
)  # fmt: skip
def test_names_of_one_class_of_two_patterns_or_of_single_images_tell_nothing(tmp_path, paths):
    add_images(tmp_path, *paths)
    with pytest.raises(PipelineError, match="must say which image is of which class"):
        find_source(tmp_path, None)


@pytest.mark.parametrize(
    "clutter", ["@eaDir", ".thumbnails", "__MACOSX", "$RECYCLE.BIN", "#recycle", "lost+found"]
)
def test_what_systems_leave_is_passed_over_and_counted(tmp_path, clutter):
    source, classes = found(tmp_path, *inside(""), f"{clutter}/ant.png", f"ant/{clutter}/1.png")
    assert (len(classes), source.skipped) == (4, 2)
