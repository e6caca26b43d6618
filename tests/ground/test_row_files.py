import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.ground.errors import PipelineError
from viewcache.ground.row_files import RowFile, write_rows

ROWS = np.arange(7 * 3 * 2, dtype=np.float32).reshape(7, 3, 2)


@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_numpy_reads_what_was_streamed_whatever_the_batches(tmp_path_factory, sizes):
    path = tmp_path_factory.mktemp("rows") / "a.npy"
    rows = np.arange(sum(sizes) * 2, dtype=np.int16).reshape(-1, 2)
    write_rows(path, np.split(rows, np.cumsum(sizes)[:-1]), (2,), rows.dtype)
    assert np.array_equal(np.load(path), rows)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "a.npy"
    write_rows(path, [ROWS], (3, 2), ROWS.dtype)
    return path


@given(rows=st.lists(st.integers(0, 6), min_size=1, max_size=9))
def test_any_rows_in_any_order_are_those_of_numpy(path, rows):
    with RowFile(path) as file:
        assert np.array_equal(file.read(rows), ROWS[rows])


@given(row=st.one_of(st.integers(max_value=-1), st.integers(min_value=7)))
def test_any_row_outside_is_refused(path, row):
    with (
        RowFile(path) as file,
        pytest.raises(PipelineError, match=rf"{path} must have row {row}\. Received: 7 rows$"),
    ):
        file.read([0, row])


def test_rows_of_one_number_are_read(tmp_path):
    write_rows(tmp_path / "a.npy", [np.arange(5)], (), np.dtype("i2"))
    with RowFile(tmp_path / "a.npy") as file:
        assert file.read(np.array([4, 1])).tolist() == [4, 1]


def test_a_row_that_is_cut_off_after_the_file_was_opened_is_refused(tmp_path):
    path = tmp_path / "a.npy"
    write_rows(path, [ROWS], (3, 2), ROWS.dtype)
    with RowFile(path) as file:
        os.truncate(path, path.stat().st_size - 1)
        with pytest.raises(PipelineError, match=r"a\.npy must give row 6, 24 bytes.*: 23$"):
            file.read([6])


def test_a_closed_file_is_given_back_to_the_system(path):
    with RowFile(path) as file:
        pass
    with pytest.raises(ValueError, match="closed"):
        file.read([0])


def test_a_failure_in_a_stream_leaves_the_old_file_and_nothing_half_written(tmp_path, path):
    written = tmp_path / "a.npy"
    written.write_bytes(path.read_bytes())
    batches = ([ROWS, -ROWS][number] for number in range(3))
    with pytest.raises(IndexError):
        write_rows(written, batches, (3, 2), ROWS.dtype)
    assert written.read_bytes() == path.read_bytes()
    assert list(tmp_path.iterdir()) == [written]


def test_an_array_of_objects_is_refused(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.array([{}, {}], dtype=object), allow_pickle=True)
    with pytest.raises(PipelineError, match="must hold numbers"):
        RowFile(path)


LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from viewcache.ground.row_files import write_rows
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
path, batch = Path(sys.argv[1]), np.zeros((100, 50), np.float32)
write_rows(path, (batch for _ in range(100)), (50,), batch.dtype)
"""


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_half_written(tmp_path):
    path = tmp_path / "a.npy"
    write_rows(path, [ROWS], (3, 2), ROWS.dtype)
    done = subprocess.run([sys.executable, "-c", LIMITED, path], capture_output=True, text=True)
    assert "a.npy cannot be written. Received: " in done.stderr.splitlines()[-1]
    assert np.array_equal(np.load(path), ROWS)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"NUMPY", b"NUMPX", r"must be \.npy of version 1\.0"),
        (b"(7, ", b"(7&1", r"must be \.npy of version 1\.0"),
        (b"False", b"True ", "must hold rows, one after the other"),
        (b"(7, ", b"(-7,", "must hold rows, one after the other"),
        (b"(7, 3, 2)", b"()       ", "must hold rows, one after the other"),
        (b"<f4", b"<c8", "must hold numbers"),
        (b"(7, 3, 2), }           ", b"(7, 99999999999, 4), } ", "must have 11200000000016 bytes"),
    ],
)
def test_a_damaged_header_is_refused(tmp_path, old, new, rule):
    path = tmp_path / "a.npy"
    write_rows(path, [ROWS], (3, 2), ROWS.dtype)
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(PipelineError, match=rf"a\.npy {rule}.* Received: "):
        RowFile(path)


@pytest.mark.parametrize("kept", [0, 20, -1])
def test_a_file_of_rows_that_is_cut_off_is_refused(tmp_path, kept):
    path = tmp_path / "a.npy"
    write_rows(path, [ROWS], (3, 2), ROWS.dtype)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(PipelineError, match=r"a\.npy must .* Received: "):
        RowFile(path)
