"""Shards: Arrow files of rows, memory-mapped, named by the digest of their bytes, never changed."""

import json
import time
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa

from viewcache.features.keys import KEY_BYTES
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_file
from viewcache.ground.stopwatch import Stopwatch

SHARD_BYTES = 2**23
"""Of the features in a shard, from which follows its number of rows. What a kill loses is less."""
ABOUT = b"viewcache"
"""Of a shard's schema the metadata that hold an `About`, as JSON."""
UNFINISHED = "shard.unfinished"


@dataclass(frozen=True)
class About:
    """What made the rows of a shard, and what they cost.

    Attributes:
        made_by: As `keys_of_rows` takes it.
        row_shape: Of a feature.
        seconds: `extract`; `augment`, which is the part of it that rendering took; and `open`,
            until the base gave its first rows to the process.
        measured_at: When they were computed, in seconds since the epoch.
        machine: That computed them.
    """

    made_by: dict[str, Any]
    row_shape: tuple[int, ...]
    seconds: dict[str, float]
    measured_at: float
    machine: dict[str, Any]


class Shard:
    """A shard that is open; its features are read when they are asked for.

    Attributes:
        keys: uint8, shape (rows, 16).
        images: First halves of the images' digests, likewise.
        views: Ids: int32, shape (rows,).
        features: Read-only memory map, shape (rows, *row shape).

    Args:
        digest: That the file should have; None: the one it is named by.

    Raises:
        PipelineError: it is no shard.
    """

    def __init__(self, path: Path, digest: str | None = None) -> None:
        self.path, self.digest = path, digest or path.stem
        try:
            self._bytes = np.memmap(path, np.uint8, mode="r")
            reader = pa.ipc.open_file(pa.py_buffer(self._bytes))
            self._rows = reader.get_batch(0)
            self._rows.validate()
            self.about = About(**json.loads(reader.schema.metadata[ABOUT]))
            self.keys, self.images = (self._fixed(name) for name in ("key", "image"))
            self.views = self._rows["view"].to_numpy()
        except (OSError, ValueError, KeyError, TypeError, NotImplementedError) as error:
            raise PipelineError(f"{path} must be a shard", repr(error)) from error

    def __len__(self) -> int:
        return len(self.views)

    @property
    def row_shape(self) -> tuple[int, ...]:
        return tuple(self.about.row_shape)

    @cached_property
    def features(self) -> np.memmap:
        values = self._rows["feature"].values.to_numpy(zero_copy_only=True)
        start = values.ctypes.data - self._bytes.ctypes.data
        mapped = self._bytes[start : start + values.nbytes].view(values.dtype)
        return mapped.reshape(len(self), *self.row_shape)

    def verify(self) -> None:
        """Hold the file to its digest.

        Raises:
            PipelineError: it is damaged.
        """
        received = digest_of_file(self.path)
        if received != self.digest:
            rule = f"{self.path} is damaged: `make repair` computes it again. Its digest must be"
            raise PipelineError(f"{rule} {self.digest}", received)

    def _fixed(self, name: str) -> np.ndarray:
        values = np.frombuffer(self._rows[name].buffers()[1], np.uint8)
        return values.reshape(-1, KEY_BYTES)[: len(self._rows)]


def shards_in(folder: Path) -> list[Path]:
    """Files of all shards in a folder."""
    return sorted(folder.glob("*.arrow"))


class ShardWriter:
    """Writes rows in any order, into a new shard as soon as there are enough of them.

    Rows of view 0 are in shards of their own, since they cost less.

    Attributes:
        written: Files of the new shards.

    Args:
        dtype: That features are stored in.
        made_by: As `keys_of_rows` takes it.
        costs: Says what rows cost, from now on.

    Raises:
        PipelineError: a feature is NaN, infinite, or beyond the dtype; or the disk is full.
    """

    def __init__(
        self, folder: Path, dtype: np.dtype[Any], made_by: dict[str, Any], costs: Stopwatch
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._dtype, self._made_by, self._costs = folder, dtype, made_by, costs
        self._began, self._rendered = time.perf_counter(), costs.parts["augment"]
        self._buffer = np.empty(0)
        self.written: list[Path] = []
        self._forget()

    def __enter__(self) -> Self:
        return self

    def write(self, view: int, images: np.ndarray, keys: np.ndarray, features: np.ndarray) -> None:
        """Write some rows of a view.

        Args:
            images: First halves of the images' digests.
            features: Shape (rows, *row shape); cast to the dtype.
        """
        stored = self._cast(features)
        if self._count and (self._is_full(len(stored)) or (view == 0) != (self._views[0] == 0)):
            self._flush()
        if len(stored) > len(self._buffer):
            rows = max(len(stored), SHARD_BYTES // stored[0].nbytes)
            self._buffer = np.empty((rows, *stored.shape[1:]), self._dtype)
        self._buffer[self._count : self._count + len(stored)] = stored
        self._keys.append(keys)
        self._images.append(images)
        self._views += [view] * len(stored)
        if self._is_full(len(stored)):  # At once: what follows is not of its costs.
            self._flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._count:
                self._flush()
        finally:
            (self._folder / UNFINISHED).unlink(missing_ok=True)

    @property
    def _count(self) -> int:
        return len(self._views)

    def _is_full(self, rows: int) -> bool:
        """Whether so many rows more have no room."""
        return self._count + rows > len(self._buffer)

    def _cast(self, features: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            stored = features.astype(self._dtype)
        if not np.isfinite(stored).all():
            rule = f"features must be finite as {self._dtype}"
            raise PipelineError(rule, f"up to {np.abs(features).max()}")
        return stored

    def _forget(self) -> None:
        self._keys: list[np.ndarray] = []
        self._images: list[np.ndarray] = []
        self._views: list[int] = []

    def _flush(self) -> None:
        features = self._buffer[: self._count]
        about = About(
            self._made_by, features.shape[1:], self._spent(), time.time(), self._costs.machine
        )
        rows = pa.record_batch(
            {
                "key": _fixed_size(np.concatenate(self._keys)),
                "image": _fixed_size(np.concatenate(self._images)),
                "view": np.array(self._views, np.int32),
                "feature": _lists(features),
            },
            metadata={ABOUT: json.dumps(asdict(about), sort_keys=True)},
        )
        unfinished = self._folder / UNFINISHED
        try:
            with pa.ipc.new_file(str(unfinished), rows.schema) as file:
                file.write_batch(rows)
            path = self._folder / f"{digest_of_file(unfinished)}.arrow"
            self.written.append(unfinished.replace(path))
        except OSError as error:
            raise PipelineError(f"{self._folder} cannot be written", error) from error
        self._forget()

    def _spent(self) -> dict[str, float]:
        """Seconds since the shard before."""
        now, rendered = time.perf_counter(), self._costs.parts["augment"]
        spent = {"extract": now - self._began, "augment": rendered - self._rendered}
        spent["open"] = self._costs.seconds["open"]
        self._began, self._rendered = now, rendered
        return spent


def _fixed_size(values: np.ndarray) -> pa.Array:
    kind = pa.binary(KEY_BYTES)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values.tobytes())])


def _lists(features: np.ndarray) -> pa.Array:
    values = pa.array(features.reshape(-1))
    return pa.FixedSizeListArray.from_arrays(values, features[0].size)
