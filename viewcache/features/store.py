"""The features of views: their rows' keys in one file a view, the rows in shards."""

import mmap
from binascii import hexlify
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from psutil import virtual_memory

from viewcache.features.keys import KEY_BYTES, find, first_halves, sortable
from viewcache.features.shards import Shard, shards_in
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_whole
from viewcache.ground.manifests import digest_of_digests, load_array
from viewcache.ground.paths import ROWS, keys_file, rows_file

SAMPLE = 16
"""Images by which it is told whether two views are one."""


class Numbering:
    """Rows numbered through all that hold some of them.

    Args:
        holders: Of rows, such as arrays or shards.
    """

    def __init__(self, holders: Sequence[Sized]) -> None:
        self._starts = np.cumsum([0, *map(len, holders)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def find(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which of the holders has each row, and where in it."""
        holders = np.searchsorted(self._starts, places, side="right") - 1
        return holders, places - self._starts[holders]


class Rows:
    """Rows of features, numbered through all arrays that hold them.

    Args:
        arrays: Shape (any, *row shape) each, of one dtype.
    """

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self.arrays = arrays
        self._numbering = Numbering(arrays)

    @property
    def row_shape(self) -> tuple[int, ...]:
        return self.arrays[0].shape[1:]

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.arrays[0].dtype

    @property
    def row_bytes(self) -> int:
        return int(np.prod(self.row_shape)) * self.dtype.itemsize

    def read(self, places: np.ndarray) -> np.ndarray:
        """Rows by their numbers: shape (len(places), *row shape)."""
        holders, within = self._numbering.find(places)
        one, *others = np.unique(holders) if len(holders) else [0]
        if not others:
            return self.arrays[one][within]
        rows = np.empty((len(places), *self.row_shape), self.dtype)
        for holder in (one, *others):
            here = holders == holder
            rows[here] = self.arrays[holder][within[here]]
        return rows

    def fetch(self, places: np.ndarray) -> None:
        """Of rows beyond free memory, let the system read some, many at once.

        Left to itself it reads one after the other, and a good deal around each, which in a file
        that fits is soon all of it.
        """
        if len(self._numbering) * self.row_bytes < virtual_memory().available:
            return
        for holder, row in zip(*self._numbering.find(places), strict=True):
            array = self.arrays[holder]
            if isinstance(array, np.memmap):
                _advise(array, row, 1, mmap.MADV_WILLNEED)

    def release(self, places: np.ndarray) -> None:
        """Let go of what was read; it is read again when it is wanted."""
        for holder in np.unique(self._numbering.find(places)[0]):
            array = self.arrays[holder]
            if isinstance(array, np.memmap):
                _advise(array, 0, len(array), mmap.MADV_DONTNEED)


def _advise(array: np.memmap, row: int, rows: int, advice: int) -> None:
    """Tell the system about the pages that some rows of a memory map lie in."""
    whole, size = array._mmap, array[:1].nbytes  # type: ignore[attr-defined]
    start = array.ctypes.data - np.frombuffer(whole, np.uint8).ctypes.data + row * size
    page = start - start % mmap.PAGESIZE
    whole.madvise(advice, page, start + rows * size - page)


class FeatureView(NamedTuple):
    """The features of a view.

    Attributes:
        places: Of each prepared image the number of its row: int64; -1 where it has none.
    """

    rows: Rows
    places: np.ndarray

    @property
    def images(self) -> int:
        """How many images the view has."""
        return int((self.places >= 0).sum())

    def of(self, images: np.ndarray) -> np.ndarray:
        """The features of some of the prepared images, by their rows."""
        return self.rows.read(self.places[images])

    def fetch(self, images: np.ndarray) -> None:
        """Let the system read the features of some of the prepared images beforehand."""
        self.rows.fetch(self.places[images])

    def release(self, images: np.ndarray) -> None:
        """Let go of what was read."""
        self.rows.release(self.places[images])


@dataclass(frozen=True)
class FeatureRows:
    """The features of some of the prepared images, read when a slice of them is taken."""

    view: FeatureView
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> np.ndarray:
        rows = self.rows[part]
        if len(rows) == len(self):
            return self.view.of(rows)
        self.view.fetch(rows)
        features = self.view.of(rows)
        self.view.release(rows)
        return features


class Index:
    """Where the rows of shards are, by key."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        keys = [sortable(shard.keys) for shard in shards]
        unsorted = np.concatenate([*keys, sortable(np.empty((0, KEY_BYTES), np.uint8))])
        self._order = np.argsort(unsorted, kind="stable")
        self._keys = unsorted[self._order]

    def places(self, keys: np.ndarray) -> np.ndarray:
        """Of each key the number of its row, counted through all shards: int64; -1 of none.

        Args:
            keys: uint8, shape (any, 16).
        """
        places = find(keys, self._keys)
        known = places >= 0
        places[known] = self._order[places[known]]
        return places


def open_views(views: Iterable[int], digests: Sequence[str]) -> dict[int, FeatureView]:
    """Open the features of views of the prepared images.

    Args:
        digests: Of the prepared images.

    Raises:
        PipelineError: keys are missing or of other images; a row is missing, damaged, or of
            another image; rows were made by two bases; or a view repeats the features of another.
    """
    shards = [Shard(path) for path in shards_in(ROWS)]
    index, images = Index(shards), first_halves(digests)
    views = [*views]
    places = {view: _places(view, index, len(digests)) for view in views}
    used = _used(shards, places.values())
    _refuse_two_bases(used)
    for shard in used:
        shard.verify()
    owners = np.concatenate([shard.images for shard in shards]) if shards else images[:0]
    for view, found in places.items():
        _refuse_other_images(view, found, owners, images)
    rows = Rows([shard.features for shard in shards])
    opened = {view: FeatureView(rows, found) for view, found in places.items()}
    _refuse_repeated(opened)
    return opened


def save_keys(view: int, keys: np.ndarray) -> None:
    """Write the keys of a view's rows: uint8, shape (prepared images, 16)."""
    path = keys_file(view)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, partial(np.save, arr=keys, allow_pickle=False))


def load_keys(view: int, images: int) -> np.ndarray:
    """The keys of a view's rows: uint8, shape (images, 16).

    Raises:
        PipelineError: they are missing, damaged, or of another number of images.
    """
    path = keys_file(view)
    try:
        keys = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        rule = f"{path} must hold the keys of a view's rows: `dvc repro` computes them"
        raise PipelineError(rule, error) from error
    if keys.shape != (images, KEY_BYTES) or keys.dtype != np.uint8:
        rule = f"{path} must hold keys of {images} prepared images: `dvc repro` computes them"
        raise PipelineError(rule, f"{keys.dtype} of shape {keys.shape}")
    return keys


def digest_of_features(views: Iterable[int]) -> str:
    """Of the keys of these views' rows."""
    return digest_of_digests(hexlify(keys_file(view).read_bytes()).decode() for view in views)


def _places(view: int, index: Index, images: int) -> np.ndarray:
    keys = load_keys(view, images)
    planned = keys.any(axis=1)
    places = np.where(planned, index.places(keys), -1)
    missing = int((planned & (places < 0)).sum())
    if missing:
        rule = (
            f"{ROWS} must hold the {int(planned.sum()):,} rows of view {view}: "
            "`dvc checkout` or `dvc pull` brings them, `make repair` computes them"
        )
        raise PipelineError(rule, f"{missing:,} are missing")
    return places


def _used(shards: Sequence[Shard], places: Iterable[np.ndarray]) -> list[Shard]:
    """Shards that hold one of the rows."""
    numbering = Numbering(shards)
    holders = {holder for one in places for holder in numbering.find(one[one >= 0])[0].tolist()}
    return [shards[holder] for holder in sorted(holders)]


def _refuse_two_bases(shards: Sequence[Shard]) -> None:
    for shard in shards[1:]:
        if shard.about.made_by != shards[0].about.made_by:
            rule = f"{shard.path} must be made as {shards[0].path}: `dvc repro` computes it"
            raise PipelineError(rule, shard.about.made_by)


def _refuse_other_images(
    view: int, places: np.ndarray, owners: np.ndarray, images: np.ndarray
) -> None:
    planned = places >= 0
    if not np.array_equal(owners[places[planned]], images[planned]):
        rule = f"{keys_file(view)} must be of the prepared images: `dvc repro` computes it"
        raise PipelineError(rule, "rows of other images")


def _refuse_repeated(opened: Mapping[int, FeatureView]) -> None:
    """One view kept for all, or frozen by a cache, would have the features of every other."""
    for (one, ours), (other, theirs) in combinations(opened.items(), 2):
        common = np.flatnonzero((ours.places >= 0) & (theirs.places >= 0))
        if not len(common) or (ours.places[common] == theirs.places[common]).any():
            continue
        sample = common[:SAMPLE, None]
        if all(np.array_equal(ours.of(image), theirs.of(image)) for image in sample):
            rule = f"{keys_file(other)} must differ from {keys_file(one)}, whose keys are others"
            raise PipelineError(rule, f"equal features of {len(sample)} images")


def rows_of_views(views: Sequence[int], images: int) -> dict[int, np.ndarray]:
    """Of each view the rows of the prepared images that it has.

    All of view 0, of others those that it is planned for.

    Raises:
        PipelineError: a file of planned rows is missing, damaged, or of more images.
    """
    files = {rows_file(view) for view in views if view}
    planned = {file: _planned(file, images) for file in files}
    return {view: planned[rows_file(view)] if view else np.arange(images) for view in views}


def _planned(path: Path, images: int) -> np.ndarray:
    rows = load_array(path)
    if rows.max(initial=-1) >= images:
        rule = f"{path} must be of {images} prepared images: `dvc repro` computes it"
        raise PipelineError(rule, f"row {rows.max()}")
    return rows
