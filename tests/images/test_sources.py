import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from viewcache.ground.errors import PipelineError
from viewcache.images.sources import open_source


def add_images(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.zeros((2, 2), np.uint8)).save(root / path, "PNG")


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "images"
    add_images(folder, "dogs/3.png", "cats/1.png", "cats/deep/er/2.jpg")
    return folder


def rows(root, classes=None):
    return list(open_source(root, None, classes).table.itertuples(index=False, name=None))


def test_a_folder_is_a_class(root):
    assert rows(root) == [("cats/1.png", 0), ("cats/deep/er/2.jpg", 0), ("dogs/3.png", 1)]


def test_classes_stand_in_the_order_given(root):
    assert rows(root, ["dogs", "cats"])[-1] == ("dogs/3.png", 0)


@pytest.mark.parametrize("classes", [["cats"], ["cats", "dogs", "owls"], ["cats", "dogs", "dogs"]])
def test_classes_other_than_the_folders_are_refused(root, classes):
    missing, more = ["dogs"][: "dogs" not in classes], classes[2:]
    received = rf"Received: {re.escape(str(missing))} missing, {re.escape(str(more))} unknown or"
    with pytest.raises(PipelineError, match=received):
        open_source(root, None, classes)


def test_of_many_classes_the_one_that_is_mistyped_is_named(tmp_path):
    names = [f"class number {number:03}" for number in range(200)]
    add_images(tmp_path, *(f"{name}/1.png" for name in names))
    names[100] = "class nomber 100"
    received = r"\['class number 100'\] missing, \['class nomber 100'\] unknown or twice$"
    with pytest.raises(PipelineError, match=received):
        open_source(tmp_path, None, names)


def test_of_many_classes_the_one_without_images_is_named(tmp_path):
    names = [f"class number {number:03}" for number in range(200)]
    add_images(tmp_path, *(f"{name}/1.png" for name in names))
    (tmp_path / names[100] / "1.png").unlink()
    (tmp_path / names[100] / "2.png").symlink_to("nothing")
    with pytest.raises(PipelineError, match=r"Received: {'class number 100': 0}, rejected"):
        open_source(tmp_path, None, None)


@pytest.mark.parametrize("validation", ["val", "validation"])
def test_split_folders_give_the_split(tmp_path, validation):
    splits = ("test", "train", validation)
    add_images(tmp_path, *(f"{split}/{name}/1.png" for split in splits for name in ("a", "b")))
    table = open_source(tmp_path, None, None).table
    assert list(table["split"]) == ["test"] * 2 + ["train"] * 2 + ["validation"] * 2
    assert list(table["label"]) == [0, 1] * 3


def test_a_split_that_is_ignored_is_not_known(tmp_path):
    add_images(tmp_path, *(f"{split}/{name}/1.png" for split in ("test", "train") for name in "ab"))
    source = open_source(tmp_path, None, None, use_split="ignore")
    assert list(source.table.columns) == ["path", "label"]


def test_the_layout_that_is_stated_is_held_to(tmp_path):
    add_images(tmp_path, *(f"{split}/{name}/1.png" for split in ("test", "train") for name in "ab"))
    assert open_source(tmp_path, None, None, "class_folders").classes == ["test", "train"]
    rule = (
        r"must hold images of no folder, .* \(data\.layout file_names\)\. Received: test/ \(2 fil"
    )
    with pytest.raises(PipelineError, match=rule):
        open_source(tmp_path, None, None, "file_names")


def test_without_a_layout_a_table_is_read_only_where_it_is_named(root):
    (root / "labels.csv").write_text("path,label\ncats/1.png,1\ndogs/3.png,0\n")
    assert open_source(root, None, None).layout == "class_folders"
    assert open_source(root, "labels.csv", None).classes == ["0", "1"]


def test_an_empty_class_folder_is_refused(root):
    (root / "owls/empty").mkdir(parents=True)
    (root / "owls/.DS_Store").touch()
    with pytest.raises(PipelineError, match=r"owls must hold images of its class. Received: none"):
        open_source(root, None, None)


def test_one_class_is_not_enough(tmp_path):
    add_images(tmp_path, "cats/1.png")
    rule = r"must say which image is of which class: by a folder.*Received: cats/ \(1 files\)$"
    with pytest.raises(PipelineError, match=rule):
        open_source(tmp_path, None, None)


def test_clutter_is_skipped_and_counted(root):
    add_images(root, "cats/.hidden.png", "cats/._1.png", ".git/1.png", "dogs/.checkpoints/1.png")
    add_images(root, "cats/Thumbs.db", "__MACOSX/cats/1.png", "desktop.ini", "dogs/.DS_Store")
    source = open_source(root, None, None)
    assert (len(source.table), len(source.rejected), source.skipped) == (3, 0, 8)


def test_files_beside_the_class_folders_are_skipped_and_images_there_rejected(root):
    (root / "README.txt").touch()
    add_images(root, "stray.JPG")
    source = open_source(root, None, None)
    assert source.skipped == 1
    assert source.rejected.to_numpy().tolist() == [["stray.JPG", "lies in no class folder"]]


def test_a_file_in_a_class_folder_is_kept_whatever_its_extension(root):
    (root / "cats/notes.txt").touch()
    assert "cats/notes.txt" in list(open_source(root, None, None).table["path"])


NAMES = ["A.png", "a.png", "two words.png", "new\nline.png", "caf\u00e9.png", "cafe\u0301.png"]


def test_odd_names_are_kept_as_they_are(root):
    add_images(root, *(f"odd \u732b/{name}" for name in NAMES))
    source = open_source(root, None, None)
    assert source.classes == ["cats", "dogs", "odd \u732b"]
    assert {f"odd \u732b/{name}" for name in NAMES} < set(source.table["path"])


def test_a_name_that_is_not_utf_8_is_rejected(root):
    Path(os.fsdecode(bytes(root) + b"/cats/\xe9.png")).touch()
    rejected = open_source(root, None, None).rejected
    assert rejected.to_numpy().tolist() == [["cats/\\xe9.png", "has a name that is not UTF-8"]]


def test_links_inside_are_followed_and_others_rejected(root):
    add_images(root.parent, "outside/1.png")
    (root / "cats/in.png").symlink_to("../dogs/3.png")
    (root / "cats/out.png").symlink_to(root.parent / "outside/1.png")
    (root / "cats/nowhere.png").symlink_to("nothing.png")
    (root / "cats/up").symlink_to("..")
    (root / "owls").symlink_to(root.parent / "outside")
    os.mkfifo(root / "dogs/pipe.png")
    source = open_source(root, None, None)
    assert "cats/in.png" in list(source.table["path"])
    assert dict(source.rejected.to_numpy()) == {
        "cats/nowhere.png": "links to nothing",
        "cats/out.png": "leaves the source folder",
        "cats/up": "links to a folder",
        "dogs/pipe.png": "is a pipe or a device, not a file",
        "owls": "leaves the source folder",
    }


def test_a_class_of_rejected_images_only_is_refused_with_the_reason(root):
    (root / "owls").mkdir()
    (root / "owls/1.png").symlink_to("/etc/hostname")
    with pytest.raises(PipelineError, match=r"'owls': 0.*'owls/1.png', 'leaves the source"):
        open_source(root, None, None)


def test_a_linked_source_folder_is_read(root):
    (root.parent / "link").symlink_to(root)
    assert rows(root.parent / "link") == rows(root)


@pytest.mark.parametrize("path", ["missing", "images/cats/1.png", "loop"])
def test_what_is_no_folder_is_named(root, path):
    (root.parent / "loop").symlink_to("loop")
    with pytest.raises(PipelineError, match=f"{path} must be a folder to read. Received: "):
        open_source(root.parent / path, None, None)


def test_an_unreadable_folder_inside_is_named(root, monkeypatch):
    monkeypatch.chdir(root / "cats")
    for _ in range(17):  # beyond the 4,096 characters of a path that a system call takes
        Path("x" * 250).mkdir()
        os.chdir("x" * 250)
    with pytest.raises(PipelineError, match=r"Received: .*File name too long: .*/cats/x"):
        open_source(root, None, None)
