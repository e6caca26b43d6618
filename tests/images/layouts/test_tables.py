import json

import numpy as np
import pytest
from PIL import Image

from viewcache.ground.errors import PipelineError
from viewcache.images.sources import open_source


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    for path in ("a.png", "b.png", "sub/c, d\n.png", "../outside.png"):
        Image.fromarray(np.zeros((2, 2), np.uint8)).save(folder / path)
    return folder


def read(root, text, classes=None):
    (root / "list.csv").write_text(text, encoding="utf-8")
    return open_source(root, "list.csv", classes)


def complaint(root, text):
    with pytest.raises(PipelineError) as caught:
        read(root, text)
    return str(caught.value)


def test_a_manifest_gives_labels_groups_splits_and_its_other_columns(root):
    source = read(
        root,
        "\ufeffcamera,split,label,path,group\n01,val,no,b.png,g\n\n,test,yes,./a.png,NA\n",
    )
    assert source.classes == ["no", "yes"]
    assert source.table.to_dict("records") == [
        {"camera": "", "split": "test", "label": 1, "path": "./a.png", "group": "NA"},
        {"camera": "01", "split": "validation", "label": 0, "path": "b.png", "group": "g"},
    ]


def test_an_odd_name_is_quoted(root):
    source = read(root, 'path,label\n"sub/c, d\n.png",x\na.png,y\n')
    assert list(source.table["path"]) == ["a.png", "sub/c, d\n.png"]


def test_spaces_around_a_label_a_group_or_a_split_are_no_part_of_it(root):
    source = read(root, "path,label,group,split\na.png, x , g , test \nb.png,y,g,train\n")
    assert source.classes == ["x", "y"]
    assert source.table[["group", "split"]].to_numpy().tolist() == [["g", "test"], ["g", "train"]]


def test_classes_stand_in_the_order_given(root):
    source = read(root, "path,label\na.png,x\nb.png,y\n", ["y", "x"])
    assert list(source.table["label"]) == [1, 0]


@pytest.mark.parametrize("path", ["../outside.png", "sub/../../outside.png", "link.png"])
def test_a_path_that_leaves_the_folder_is_rejected(root, path):
    (root / "link.png").symlink_to("../outside.png")
    source = read(root, f"path,label\na.png,x\nb.png,y\n{path},y\n")
    assert source.rejected.to_numpy().tolist() == [[path, "leaves the source folder"]]


def test_an_absolute_path_to_no_file_of_the_folder_is_rejected(root):
    source = read(root, f"path,label\na.png,x\nb.png,y\n{root}/no.png,y\n")
    rule = "is an absolute path, not one below the source folder"
    assert source.rejected.to_numpy().tolist() == [[f"{root}/no.png", rule]]


@pytest.mark.parametrize(
    "before", ["{root}/", "/home/me/set/", "C:\\Users\\me\\set\\", "../set/", "gs://bucket/"]
)
def test_a_path_of_another_machine_is_found_by_its_end(root, before):
    (root / "sub/a.png").write_bytes(b"")
    start = before.format(root=root)
    source = read(root, f"path,label\n{start}a.png,x\n{start}sub\\a.png,y\n")
    assert list(source.table["path"]) == ["a.png", "sub/a.png"]


def test_a_name_that_two_files_have_is_refused(root):
    (root / "sub/a.png").write_bytes(b"")
    (root / "other").mkdir()
    (root / "other/c.png").write_bytes(b"")
    (root / "sub/c.png").write_bytes(b"")
    assert "line 3: path must name a file" in complaint(root, "path,label\na.png,x\nc.png,y\n")


@pytest.mark.parametrize("name", ["../list.csv", "/tmp/list.csv", "link.csv"])
def test_a_table_outside_the_folder_is_refused(root, name):
    (root.parent / "list.csv").write_text("path,label\na.png,x\nb.png,y\n")
    (root / "link.csv").symlink_to("../list.csv")
    with pytest.raises(PipelineError, match=r"must lie in .*, since what is outside is not watche"):
        open_source(root, name, None)


@pytest.mark.parametrize("path", ["nothing.png", "A.png", "sub", "sub\\c.png", "a\0.png"])
def test_an_unknown_file_is_refused_with_its_line(root, path):
    message = complaint(root, f"path,label\n\na.png,x\n{path},y\n")
    assert "list.csv, line 4: path must name a file. Received: " in message
    assert repr(path) in message


@pytest.mark.parametrize("path", ["a.png", "./a.png", "sub/../a.png", "link.png"])
def test_a_file_listed_twice_is_refused_with_its_line(root, path):
    (root / "link.png").symlink_to("a.png")
    message = complaint(root, f'path,label\n"sub/c, d\n.png",x\na.png,x\n{path},y\n')
    assert "list.csv, line 5: a file must be listed once" in message
    assert repr(path) in message


@pytest.mark.parametrize("row", [",x,g,", " ,x,g,", "b.png,,g,", "b.png,x,,"])
def test_a_missing_value_is_refused_with_its_line(root, row):
    message = complaint(root, f"path,label,group,split\na.png,x,g,\n{row}\n")
    assert "list.csv, line 3: " in message
    assert "must not be empty. Received: {'path': " in message


def test_a_split_column_without_values_counts_as_none(root):
    assert "split" not in read(root, "path,label,split\na.png,x,\nb.png,y,\n").table


@pytest.mark.parametrize("split", ["", "training 1", "fold"])
def test_an_unknown_or_missing_split_is_refused(root, split):
    message = complaint(root, f"path,label,split\na.png,x,train\nb.png,y,{split}\n")
    assert "line 3: split must be one of train, validation, test. Received: " in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must have the columns path and label, or one that names files"),
        ("file,kind\nx.png,y\n", "must have the columns path and label, or one that names files"),
        ("path,label,label\na.png,x,y\n", "must have no column twice"),
        ("file,one,two\na.png,x,y\nb.png,y,x\n", "must have one column of classes, called label"),
        ("file,label,class\na.png,x,y\nb.png,x,x\n", "Received: ['label', 'class']"),
    ],
)
def test_columns_that_tell_no_class_or_file_are_refused(root, text, words):
    assert words in complaint(root, text)


@pytest.mark.parametrize(
    "text",
    [
        "path;label\na.png;x\nb.png;y\n",
        "path\tlabel\na.png\tx\nb.png\ty\n",
        "\ufefffile name, label\na.png,x\nb.png,y\n",
        "a.png,x\nb.png,y\nsub/d.png,x\nsub/e.png,y\n",
        "id,x,y\na,1,0\nb,0,1\n",
        "id,x,y,age\na,1.0,0.0,7\nb,0.0,1.0,9\n",
        "id,class_name,class,a note\na,x,0,x\nb,y,1,z\n",
    ],
)
def test_other_separators_headings_and_columns_are_read_alike(root, text):
    (root / "sub/d.png").write_bytes(b"")
    (root / "sub/e.png").write_bytes(b"")
    source = read(root, text)
    assert source.classes == ["x", "y"]
    assert source.table.set_index("path")["label"][["a.png", "b.png"]].tolist() == [0, 1]


def test_parts_of_a_split_have_many_names(root):
    (root / "sub/d.png").write_bytes(b"")
    text = "file,set,label\na.png,TRAINING,x\nb.png,dev,y\nsub/d.png,Testing,y\n"
    assert list(read(root, text).table["split"]) == ["train", "validation", "test"]


def test_of_unassigned_images_no_split_is_known(root):
    source = read(root, "path,label,split\na.png,x,UNASSIGNED\nb.png,y,unassigned\n")
    assert "split" not in source.table


def test_json_lines_are_read_with_odd_names(root):
    lines = [{"file_name": "a.png", "label": 1}, {"file_name": "sub/c, d\n.png", "label": "猫\n"}]
    (root / "list.jsonl").write_text("\n".join(map(json.dumps, lines)))
    source = open_source(root, "list.jsonl", None)
    assert source.classes == ["1", "猫"]
    assert list(source.table["path"]) == ["a.png", "sub/c, d\n.png"]


@pytest.mark.parametrize("text", ["[1]", "{", '{"file_name": "\\ud800", "label": 1}', "[" * 99_999])
def test_what_is_no_json_lines_is_refused(root, text):
    (root / "list.jsonl").write_text(text)
    with pytest.raises(PipelineError, match=r"list\.jsonl must be JSON lines in UTF-8"):
        open_source(root, "list.jsonl", None)


@pytest.mark.parametrize("row", ["a.png", "a.png,x,y"])
def test_a_row_of_another_length_is_refused(root, row):
    assert "line 2: there must be 2 fields, as in the header. Received: ['a.png'" in complaint(
        root, f"path,label\n{row}\n"
    )


def test_what_is_no_csv_is_refused(root):
    (root / "list.csv").write_bytes("path,label\nb\u00e9.png,x".encode("utf-16"))
    with pytest.raises(PipelineError, match=r"list.csv must be CSV in UTF-8. Received: "):
        open_source(root, "list.csv", None)


def test_quotes_that_do_not_close_around_a_value_are_refused(root):
    assert "list.csv must be CSV in UTF-8" in complaint(root, 'path,label\n"a".png,x\n')


def test_a_manifest_without_rows_is_refused(root):
    assert "two classes or more" in complaint(root, "path,label\n")


def test_a_missing_manifest_is_named(root):
    with pytest.raises(PipelineError, match=r"list\.csv must be a file.*Received: No such file"):
        open_source(root, "list.csv", None)


@pytest.mark.parametrize("path", ["a" * 300, "a/" * 60_000, "\u732b" * 100])
def test_a_name_that_no_file_can_have_is_refused_with_its_line(root, path):
    message = complaint(root, f"path,label\na.png,x\n{path},y\n")
    assert "list.csv, line 3: path must name a file. Received: {'path': '" in message
