"""Checkpoints as PyTorch wrote them before 1.6, written here by hand."""

import pickle
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.bases.torch_checkpoint import read_tensors
from viewcache.ground.errors import PipelineError

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C


class Named:
    """Pickles as a reference to a name that need not exist here."""

    def __init__(self, module, name, *args):
        self.module, self.name, self.args = module, name, args


class Writer(pickle._Pickler):
    """A pickler that writes tensors as PyTorch does."""

    def save_global(self, obj, name=None):
        if isinstance(obj, Named):
            self.write(f"c{obj.module}\n{obj.name}\n".encode())
        else:
            super().save_global(obj, name)

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, Named) and obj.args:
            self.save_global(obj)
            super().save(obj.args)
            self.write(pickle.REDUCE)
        elif isinstance(obj, Named):
            self.save_global(obj)
        else:
            super().save(obj, save_persistent_id)

    def persistent_id(self, obj):
        return obj.parts if isinstance(obj, Storage) else None


class Storage:
    def __init__(self, key, size, kind="FloatStorage"):
        self.parts = ("storage", Named("torch", kind), key, "cpu", size, None)


def tensor(key, storage_size, offset, shape, strides, kind="FloatStorage"):
    storage = Storage(key, storage_size, kind)
    rest = (offset, shape, strides, False, OrderedDict())
    return Named("torch._utils", "_rebuild_tensor_v2", storage, *rest)


def write(path, table, storages, magic=MAGIC_NUMBER):
    with path.open("wb") as file:
        for part in (magic, 1001, {"little_endian": True}, table, list(storages)):
            Writer(file, 2).dump(part)
        for values in storages.values():
            file.write(len(values).to_bytes(8, "little") + values.tobytes())
    return path


@given(axes=st.permutations(range(3)), shape=st.tuples(*[st.integers(1, 4)] * 3))
def test_strides_are_followed(tmp_path_factory, axes, shape):
    stored = np.arange(np.prod(shape), dtype="<f4").reshape(shape)
    expected = stored.transpose(axes)
    strides = tuple(step // 4 for step in expected.strides)
    table = {"weight": tensor("0", stored.size, 0, expected.shape, strides)}
    path = write(tmp_path_factory.mktemp("torch") / "a.pth", table, {"0": stored.ravel()})
    read = read_tensors(path)["weight"]
    assert np.array_equal(read, expected)
    assert read.flags.c_contiguous


def test_integers_scalars_and_offsets_are_read(tmp_path):
    table = OrderedDict(
        steps=tensor("0", 1, 0, (), (), "LongStorage"), tail=tensor("1", 4, 2, (2,), (1,))
    )
    storages = {"0": np.array([9], "<i8"), "1": np.array([1, 2, 3, 4], "<f4")}
    read = read_tensors(write(tmp_path / "a.pth", table, storages))
    assert read["steps"] == 9
    assert read["tail"].tolist() == [3, 4]


@pytest.mark.parametrize(
    ("module", "name"), [("os", "system"), ("builtins", "eval"), ("torch", "load")]
)
def test_a_pickle_that_names_anything_but_tensors_is_refused(tmp_path, module, name):
    path = write(tmp_path / "a.pth", {"weight": Named(module, name, "touch broken")}, {})
    with pytest.raises(PipelineError, match=f"Received: {module}.{name}"):
        read_tensors(path)


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [(0, (5,), (1,)), (3, (2,), (1,)), (-1, (2,), (1,)), (0, (2,), (-1,)), (0, (2, 2), (1, 3))],
)
def test_a_tensor_that_reaches_outside_its_storage_is_refused(tmp_path, offset, shape, strides):
    table = {"weight": tensor("0", 4, offset, shape, strides)}
    path = write(tmp_path / "a.pth", table, {"0": np.zeros(4, "<f4")})
    with pytest.raises(PipelineError, match=r"is no checkpoint of tensors. Received: "):
        read_tensors(path)


@pytest.mark.parametrize("kept", [0, 10, 100, -1])
def test_a_truncated_checkpoint_is_refused(tmp_path, kept):
    path = write(
        tmp_path / "a.pth", {"w": tensor("0", 4, 0, (4,), (1,))}, {"0": np.zeros(4, "<f4")}
    )
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(PipelineError, match="is no checkpoint of tensors"):
        read_tensors(path)


def test_another_pickle_is_refused(tmp_path):
    path = write(tmp_path / "a.pth", {}, {}, magic=1)
    with pytest.raises(PipelineError, match="magic number 1"):
        read_tensors(path)


@pytest.mark.parametrize("table", [3, [1], None, {"weight": 3}, {"weight": None}])
def test_what_is_no_table_of_tensors_is_refused(tmp_path, table):
    path = write(tmp_path / "a.pth", table, {"0": np.zeros(4, "<f4")})
    with pytest.raises(PipelineError, match=r"is no checkpoint of tensors. Received: "):
        read_tensors(path)


def test_a_storage_that_states_an_endless_length_is_refused(tmp_path):
    path = write(
        tmp_path / "a.pth", {"w": tensor("0", 1, 0, (1,), (1,))}, {"0": np.zeros(1, "<f4")}
    )
    path.write_bytes(path.read_bytes()[:-12] + b"\xff" * 8 + bytes(4))
    with pytest.raises(PipelineError, match="is no checkpoint of tensors"):
        read_tensors(path)
