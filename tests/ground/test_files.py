import pytest

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text, write_whole


def test_a_scratch_folder_is_empty_beside_another_and_gone_afterwards(tmp_path):
    left = tmp_path / "a.unfinished/left"
    left.mkdir(parents=True)
    with scratch(tmp_path / "a") as folder:
        assert folder == tmp_path / "a.unfinished"
        assert list(folder.iterdir()) == []
        (folder / "b").touch()
    assert list(tmp_path.iterdir()) == []


def test_a_scratch_folder_is_gone_after_a_failure_too(tmp_path):
    with pytest.raises(KeyError), scratch(tmp_path / "deep/a"):
        raise KeyError
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_scratch_folder_may_be_moved_away(tmp_path):
    for content in ("first", "second"):
        with scratch(tmp_path / "a") as folder:
            (folder / content).touch()
            replace_folder(tmp_path / "a", folder)
        assert [path.name for path in (tmp_path / "a").iterdir()] == [content]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_text_is_written_in_utf_8_and_replaces_the_one_before(tmp_path):
    path = tmp_path / "a"
    write_text(path, "a much longer text")
    write_text(path, "né\r\n")
    assert path.read_bytes() == b"n\xc3\xa9\r\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")

    def write(file):
        file.write(b"new")
        raise OSError("no space")

    with pytest.raises(PipelineError, match=f"^{path} cannot be written. Received: no space$"):
        write_whole(path, write)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_put_in_its_place_leaves_nothing(tmp_path):
    path = tmp_path / "a"
    path.mkdir()
    with pytest.raises(PipelineError, match=f"^{path} cannot be written. Received: .*directory"):
        write_text(path, "new")
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PipelineError, match=r"a/b cannot be written\. Received: .*No such file"):
        write_text(tmp_path / "a/b", "new")
