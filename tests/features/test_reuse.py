import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.features import reuse
from viewcache.features.keys import KEYS
from viewcache.features.reuse import find_rows, keep, open_kept
from viewcache.features.store import FeatureWriter, Origin

FLOAT = np.dtype(np.float32)


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def keys(numbers):
    """A key for each number."""
    found = np.zeros(len(numbers), KEYS)
    found["key"] = np.array(numbers, "<u8")[:, None].view(np.uint8).repeat(2, axis=1)
    return found


def kept(numbers, name="a", record=None, whole=True):
    """Keep a file of features, each row as its number tells."""
    path = Path(name) / "features.npy"
    with FeatureWriter(path, keys(numbers), (3,), FLOAT, Origin(1, "", "", "")) as writer:
        writer.write(np.arange(len(numbers)), features(numbers))
    keep(path, record or {"rows": len(numbers)}, whole=whole)
    return path


def features(numbers):
    return np.repeat(np.array(numbers, np.float32)[:, None], 3, axis=1)


def taken(wanted):
    """Of the wanted numbers those that were found, with their features, by row."""
    found = find_rows(keys(wanted), open_kept())
    rows = {
        int(row): one for rows, some in found.read() for row, one in zip(rows, some, strict=True)
    }
    assert sorted([*rows, *found.missing]) == list(range(len(wanted)))
    return rows


@given(
    files=st.lists(st.lists(st.integers(1, 20), min_size=1, unique=True), min_size=1, max_size=4),
    wanted=st.lists(st.integers(1, 25), min_size=1),
)
def test_every_row_that_any_file_has_is_found_with_its_own_features(files, wanted):
    for folder in Path().iterdir():
        shutil.rmtree(folder)
    for number, file in enumerate(files):
        kept(file, str(number))
    known = set().union(*files)
    rows = taken(wanted)
    assert sorted(rows) == [row for row, number in enumerate(wanted) if number in known]
    for row, values in rows.items():
        assert np.array_equal(values, features([wanted[row]])[0])


def test_a_kept_file_is_a_link_and_outlives_the_workspace():
    path = kept([1, 2])
    [file] = open_kept()
    assert file.features.samefile(path)
    path.unlink()
    assert list(taken([2, 5])) == [0]


def test_where_files_cannot_be_linked_they_are_copied(monkeypatch):
    def refuse(*_):
        raise OSError("another disk")

    monkeypatch.setattr(reuse.os, "link", refuse)
    kept([1, 2])
    assert list(taken([1, 2])) == [0, 1]


@pytest.mark.parametrize("damage", ["features.npy", "keys.npy"])
def test_damaged_rows_are_not_taken_over_and_said_to_be(damage, capsys):
    kept([1, 2])
    file = open_kept()[0].folder / damage
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.unlink()
    file.write_bytes(content)
    assert taken([1]) == {}
    assert "are not taken over, and it is removed" in capsys.readouterr().err
    assert open_kept() == []


def test_what_a_newer_file_has_too_is_dropped():
    kept([1, 2], "a")
    kept([3], "b")
    kept([2, 1, 4], "c")
    assert sorted(len(file.keys) for file in open_kept()) == [1, 3]


def test_a_part_of_a_view_drops_nothing():
    kept([1, 2], "a")
    kept([2, 1, 4], "b", whole=False)
    assert sorted(len(file.keys) for file in open_kept()) == [2, 3]


def test_beyond_the_bound_the_oldest_go_first(monkeypatch):
    monkeypatch.setattr(reuse, "OWN_BYTES", 1)
    for number in (1, 2):
        kept([number], str(number)).unlink()
    kept([3], "linked")
    assert sorted(taken([1, 2, 3])) == [2]


def test_what_cannot_be_kept_is_said(capsys):
    Path("data").write_text("not a folder")
    kept([1])
    assert "features.npy is not kept for reuse" in capsys.readouterr().err


def test_a_file_without_its_costs_is_not_taken_over():
    kept([1])
    (open_kept()[0].folder / "costs.json").unlink()
    assert open_kept() == []


def test_what_it_cost_is_kept():
    kept([1], record={"rows": 1, "seconds": {"extract": 2.0}})
    assert open_kept()[0].record == {"rows": 1, "seconds": {"extract": 2.0}}
    assert json.loads((open_kept()[0].folder / "costs.json").read_text())["rows"] == 1
