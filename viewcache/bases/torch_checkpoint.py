"""Tensors of a PyTorch checkpoint in the legacy format, read without PyTorch.

A checkpoint is a pickle, and a pickle is a program. This unpickler admits what a table of tensors
needs and refuses every other name before anything runs. The format: five pickles (magic number,
protocol version, system, the table, the storages' keys), then for each storage its number of
elements (int64) and its bytes, all little-endian.
"""

import io
import math
import pickle
import pickletools
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from viewcache.ground.errors import PipelineError, brief

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_STORAGES: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "LongStorage": np.dtype("<i8"),
}
_MOST_AXES = 32
_OPCODES = {
    *("PROTO", "STOP", "MARK", "GLOBAL", "REDUCE", "BUILD", "BINPERSID", "BINUNICODE"),
    *("BINGET", "LONG_BINGET", "BINPUT", "LONG_BINPUT"),
    *("NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1"),
    *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_LIST", "APPEND", "APPENDS"),
    *("EMPTY_DICT", "SETITEM", "SETITEMS"),
}
"""What a table of tensors is made of in protocol 2."""


@dataclass
class _Tensor:
    storage: tuple[str, np.dtype[Any]]
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
    content = path.read_bytes()
    try:
        return _read(io.BytesIO(content))
    except Exception as error:  # A damaged pickle makes Python's module raise nearly anything.
        raise PipelineError(f"{path} is no checkpoint of tensors", error) from error


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    magic, _, _, table, keys = (_load(file) for _ in range(5))
    if magic != _MAGIC_NUMBER:
        raise ValueError(f"magic number {brief(magic)}")
    dtypes = {tensor.storage[0]: tensor.storage[1] for tensor in table.values()}
    storages = {key: _read_storage(file, dtypes[key]) for key in keys}
    return {name: _array(tensor, storages[tensor.storage[0]]) for name, tensor in table.items()}


def _load(file: BinaryIO) -> Any:
    _refuse_bomb(file)
    return _TensorUnpickler(file).load()


def _refuse_bomb(file: BinaryIO) -> None:
    """Refuse a pickle of a few bytes that would take all memory or time.

    One puts something far beyond what it has put so far; another makes tuples of one tuple twice.
    """
    start, puts, before = file.tell(), 0, ""
    tuples = set()
    for opcode, argument, _ in pickletools.genops(file):
        is_put, is_get = (opcode.name.endswith(word) for word in ("PUT", "GET"))
        is_bomb = (is_put and argument != puts) or (is_get and argument in tuples)
        if is_bomb or opcode.name not in _OPCODES:
            raise pickle.UnpicklingError(f"{opcode.name} {brief(argument)}")
        if is_put and "TUPLE" in before:
            tuples.add(argument)
        puts, before = puts + is_put, opcode.name
    file.seek(start)


def _read_storage(file: BinaryIO, dtype: np.dtype[Any]) -> np.ndarray:
    elements = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(elements * dtype.itemsize), dtype, elements)


def _array(tensor: _Tensor, storage: np.ndarray) -> np.ndarray:
    steps = zip(tensor.shape, tensor.strides, strict=True)
    last = tensor.offset + sum((size - 1) * stride for size, stride in steps)
    if min(tensor.offset, *tensor.strides, 0) < 0 or last >= len(storage):
        raise ValueError(f"a tensor reaches element {last} of a storage of {len(storage)}")
    if math.prod(tensor.shape) > len(storage):
        raise ValueError(f"a tensor of shape {tensor.shape} in a storage of {len(storage)}")
    strides = [stride * storage.itemsize for stride in tensor.strides]
    view = np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides)
    return np.ascontiguousarray(view)


class _TensorUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda *parts: _tensor(*parts)
        if module == "torch" and name in _STORAGES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> tuple[str, np.dtype[Any]]:
        kind, name, key, _, _, view = pid
        if kind != "storage" or view is not None or not isinstance(key, str):
            raise pickle.UnpicklingError(f"persistent id {brief(pid)}")
        return key, _STORAGES[name]


def _tensor(storage: Any, offset: int, shape: Any, strides: Any, *_: object) -> _Tensor:
    integers = (offset, *shape, *strides)
    if len(shape) > _MOST_AXES or not all(type(each) is int for each in integers):
        raise pickle.UnpicklingError(f"a tensor of shape {brief(shape)}, strides {brief(strides)}")
    return _Tensor(storage, offset, shape, strides)
