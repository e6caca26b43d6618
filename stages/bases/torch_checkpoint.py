"""Tensors of a PyTorch checkpoint in the legacy format, read without PyTorch.

A checkpoint is a pickle, and a pickle is a program. This unpickler admits what a table of tensors
needs and refuses every other name before anything runs. The format: five pickles (magic number,
protocol version, system, the table, the storages' keys), then for each storage its number of
elements (int64) and its bytes, all little-endian.
"""

import io
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from stages.errors import PipelineError

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass
class _Tensor:
    storage: tuple[str, np.dtype[Any], int]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Read a table of named tensors.

    Returns:
        float32 and int64 arrays, contiguous, whatever the strides they were saved with.

    Raises:
        PipelineError: the file names anything but tensors, or is damaged.
    """
    try:
        return _read(io.BytesIO(path.read_bytes()))
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError) as error:
        raise PipelineError(f"{path} is no checkpoint of tensors. Received: {error}") from error


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    magic, _, _, table, keys = (_TensorUnpickler(file).load() for _ in range(5))
    if magic != _MAGIC_NUMBER:
        raise ValueError(f"magic number {magic!r}")
    dtypes = {tensor.storage[0]: tensor.storage[1] for tensor in table.values()}
    storages = {key: _read_storage(file, dtypes[key]) for key in keys}
    return {name: _array(tensor, storages[tensor.storage[0]]) for name, tensor in table.items()}


def _read_storage(file: BinaryIO, dtype: np.dtype[Any]) -> np.ndarray:
    elements = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(elements * dtype.itemsize), dtype, elements)


def _array(tensor: _Tensor, storage: np.ndarray) -> np.ndarray:
    steps = zip(tensor.shape, tensor.strides, strict=True)
    last = tensor.offset + sum((size - 1) * stride for size, stride in steps)
    if min(tensor.offset, *tensor.strides, 0) < 0 or last >= len(storage):
        raise ValueError(f"a tensor reaches element {last} of a storage of {len(storage)}")
    strides = [stride * storage.itemsize for stride in tensor.strides]
    view = np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides)
    return np.ascontiguousarray(view)


class _TensorUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _Tensor(
                storage, offset, shape, strides
            )
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> tuple[str, np.dtype[Any], int]:
        kind, dtype, key, _, elements, view = pid
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError(f"persistent id {pid!r}")
        return key, dtype, elements
