"""`.npy` files that are written and read in rows, so that memory does not grow with them."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np

from viewcache.ground.errors import PipelineError, brief


def write_rows(
    path: Path,
    batches: Iterable[np.ndarray],
    row_shape: tuple[int, ...],
    dtype: np.dtype[Any],
) -> None:
    """Stream as many rows as come into a file, as `row_writer` does.

    Args:
        batches: Arrays of shape (any, *row_shape), cast to `dtype` as they come.

    Raises:
        PipelineError: as of `row_writer`.
    """
    with row_writer(path, row_shape, dtype) as write:
        for batch in batches:
            write(batch)


@contextmanager
def row_writer(
    path: Path, row_shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Iterator[Callable[[np.ndarray], None]]:
    """A function that appends rows to a `.npy` file, which appears whole or not at all.

    Raises:
        PipelineError: the disk is full. What was at `path` before is still there.
    """
    unfinished, written = path.with_name(path.name + ".unfinished"), 0

    def write(batch: np.ndarray) -> None:
        nonlocal written
        content = np.ascontiguousarray(batch, dtype)
        file.write(content.data)
        written += len(content)

    try:
        with unfinished.open("wb") as file:
            _write_header(file, (0, *row_shape), dtype)
            yield write
            file.seek(0)
            _write_header(file, (written, *row_shape), dtype)
        unfinished.replace(path)
    except OSError as error:
        raise PipelineError(f"{path} cannot be written", error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _write_header(file: BinaryIO, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """NumPy leaves room for the number of rows to grow, so a header may be written over."""
    descr = np.lib.format.dtype_to_descr(dtype)
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


class RowFile:
    """Rows of a `.npy` file, read on demand and in any order.

    Not a memory map: pages of a map count as the process's own until the system takes them back.

    Raises:
        PipelineError: the file is damaged, cut off, or holds anything but rows of numbers.
    """

    def __init__(self, path: Path) -> None:
        self.shape, self.dtype, self._start = _header(path)
        self._path, self._file = path, path.open("rb")
        self._row_bytes = int(np.prod(self.shape[1:])) * self.dtype.itemsize

    def read(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """Array of the file's dtype, shape (len(rows), *row shape).

        Args:
            rows: Counted from 0 only.

        Raises:
            PipelineError: there is no such row, or the file no longer holds it whole.
        """
        result = np.empty((len(rows), *self.shape[1:]), self.dtype)
        for place, row in enumerate(rows):
            self._read(int(row), result[place : place + 1])
        return result

    def _read(self, row: int, place: np.ndarray) -> None:
        if not 0 <= row < self.shape[0]:
            raise PipelineError(f"{self._path} must have row {row}", f"{self.shape[0]} rows")
        self._file.seek(self._start + row * self._row_bytes)
        received = self._file.readinto(place.data)
        if received != self._row_bytes:
            rule = f"{self._path} must give row {row}, {self._row_bytes} bytes"
            raise PipelineError(rule, received)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _header(path: Path) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    """Shape, dtype and where the rows begin."""
    with path.open("rb") as file:
        try:
            version = np.lib.format.read_magic(file)
            if version != (1, 0):
                raise ValueError(f"version {version}")
            shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
        except Exception as error:  # NumPy lets through whatever a damaged header provokes
            raise PipelineError(f"{path} must be .npy of version 1.0", error) from error
        if dtype.kind not in "biuf":
            raise PipelineError(f"{path} must hold numbers", dtype)
        if by_column or not shape or min(shape) < 0:
            received = f"shape {brief(shape)}{', by column' if by_column else ''}"
            raise PipelineError(f"{path} must hold rows, one after the other", received)
        _refuse_other_size(path, file.tell() + math.prod(shape) * dtype.itemsize)
        return shape, dtype, file.tell()


def _refuse_other_size(path: Path, size: int) -> None:
    received = path.stat().st_size
    if received != size:
        raise PipelineError(f"{path} must have {brief(size)} bytes", received)
