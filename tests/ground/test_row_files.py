import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.ground.errors import PipelineError
from viewcache.ground.row_files import RowFile, RowWriter, write_rows

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


def write_each(path: Path, *places: list[int] | np.ndarray) -> None:
    """Write rows of `ROWS`, a batch for each argument."""
    with RowWriter(path, ROWS.shape, ROWS.dtype) as writer:
        for place in places:
            writer.write(np.array(place, int), ROWS[place])


@given(order=st.permutations(range(7)), cuts=st.lists(st.integers(0, 7)))
def test_rows_may_be_written_in_any_order_and_batches(tmp_path_factory, order, cuts):
    path = tmp_path_factory.mktemp("rows") / "a.npy"
    write_each(path, *np.split(np.array(order), sorted(cuts)))
    assert np.array_equal(np.load(path), ROWS)
    assert list(path.parent.iterdir()) == [path]


def test_any_order_leaves_the_same_bytes_as_a_stream(tmp_path, path):
    write_each(tmp_path / "b.npy", [6, 2, 3], [0, 5, 4, 1])
    assert (tmp_path / "b.npy").read_bytes() == path.read_bytes()


def test_a_row_that_is_written_twice_is_what_it_was_last(tmp_path):
    with RowWriter(tmp_path / "a.npy", (2,), np.dtype("i2")) as writer:
        writer.write(np.array([1, 0]), np.array([5, 6]))
        writer.write(np.array([1]), np.array([7]))
    assert np.load(tmp_path / "a.npy").tolist() == [6, 7]


def test_rows_are_cast_to_the_file_s_dtype(tmp_path):
    with RowWriter(tmp_path / "a.npy", (1, 2), np.dtype(np.float16)) as writer:
        writer.write(np.array([0]), np.array([[1 / 3, 2.0]], np.float64))
    found = np.load(tmp_path / "a.npy")
    assert found.dtype == np.float16
    assert found.tolist() == [[float(np.float16(1 / 3)), 2.0]]


@pytest.mark.parametrize(
    ("places", "received"), [([], "0, no row 0"), ([[0, 6], [1, 2]], "4, no row 3")]
)
def test_a_missing_row_is_refused_and_the_old_file_stays(tmp_path, path, places, received):
    written = tmp_path / "a.npy"
    written.write_bytes(path.read_bytes())
    with pytest.raises(PipelineError, match=rf"^{written} must get 7 rows\. Received: {received}$"):
        write_each(written, *places)
    assert written.read_bytes() == path.read_bytes()
    assert list(tmp_path.iterdir()) == [written]


def test_a_failure_between_rows_leaves_the_old_file_and_nothing_half_written(tmp_path, path):
    written = tmp_path / "a.npy"
    written.write_bytes(path.read_bytes())
    with pytest.raises(IndexError):
        write_each(written, [6, 5, 4, 3, 2, 1, 0], [7])
    assert written.read_bytes() == path.read_bytes()
    assert list(tmp_path.iterdir()) == [written]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with (
        pytest.raises(
            PipelineError, match=r"b/a\.npy cannot be written\. Received: .*No such file"
        ),
        RowWriter(tmp_path / "b/a.npy", (7,), np.dtype("i2")),
    ):
        pytest.fail("it was opened")


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
from viewcache.ground.row_files import RowWriter, write_rows
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
path, batch = Path(sys.argv[1]), np.zeros((100, 50), np.float32)
"""
WAYS = {
    "a stream": "write_rows(path, (batch for _ in range(100)), (50,), batch.dtype)",
    "any order": """
with RowWriter(path, (10_000, 50), batch.dtype) as writer:
    for start in range(9_900, -1, -100):
        writer.write(np.arange(start, start + 100), batch)
""",
    "one small row at the end": """
with RowWriter(path, (10_000, 50), batch.dtype) as writer:
    writer.write(np.array([9_999]), batch[:1])
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_half_written(tmp_path, way):
    path = tmp_path / "a.npy"
    write_rows(path, [ROWS], (3, 2), ROWS.dtype)
    program = LIMITED + WAYS[way]
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True)
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
