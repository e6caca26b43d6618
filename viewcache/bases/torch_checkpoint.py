"""Tensors of a PyTorch checkpoint in the legacy format, read without PyTorch.

A checkpoint is a pickle, and a pickle is a program. This unpickler admits what a table of tensors
needs and refuses every other name before anything runs. The format: five pickles (magic number,
protocol version, system, the table, the storages' keys), then for each storage its number of
elements (int64) and its bytes, all little-endian.
"""

import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from viewcache.ground.errors import PipelineError, brief

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_STORAGES: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "LongStorage": np.dtype("<i8"),
}


class _Tensor(NamedTuple):
    """What PyTorch's `_rebuild_tensor_v2` takes; offset and strides count elements."""

    storage: tuple[str, np.dtype[Any]]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    requires_grad: bool
    backward_hooks: dict[str, Any]


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Read a table of named tensors.

    Returns:
        float32 and int64 arrays, contiguous, whatever the strides they were saved with.

    Raises:
        PipelineError: the file names anything but tensors, or is damaged.
    """
    content = path.read_bytes()
    try:
        return _read(io.BytesIO(content))
    except Exception as error:  # A damaged pickle makes Python's module raise nearly anything.
        raise PipelineError(f"{path} is no checkpoint of tensors", error) from error


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    magic, _, _, table, keys = (_TensorUnpickler(file).load() for _ in range(5))
    if magic != _MAGIC_NUMBER:
        raise ValueError(f"magic number {brief(magic)}")
    dtypes = dict(tensor.storage for tensor in table.values())
    storages = {key: _read_storage(file, dtypes[key]) for key in keys}
    return {name: _array(tensor, storages[tensor.storage[0]]) for name, tensor in table.items()}


def _read_storage(file: BinaryIO, dtype: np.dtype[Any]) -> np.ndarray:
    elements = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(elements * dtype.itemsize), dtype, elements)


def _array(tensor: _Tensor, storage: np.ndarray) -> np.ndarray:
    size = storage.itemsize
    strides = [stride * size for stride in tensor.strides]
    # NumPy refuses what reaches outside the storage.
    view = np.ndarray(tensor.shape, storage.dtype, storage, tensor.offset * size, strides)
    return np.ascontiguousarray(view)


class _TensorUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in _STORAGES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> tuple[str, np.dtype[Any]]:
        _, name, key, *_ = pid
        return key, _STORAGES[name]
