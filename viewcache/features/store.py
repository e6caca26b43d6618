"""Feature arrays on disk: a row an image, keys beside them, and a manifest of what they are."""

import mmap
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
from psutil import virtual_memory

from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import Manifest, digest_of_digests, seal, verify
from viewcache.ground.paths import feature_file, rows_file
from viewcache.ground.row_files import RowWriter, write_rows


@dataclass(frozen=True)
class Origin:
    """What features were computed from.

    Attributes:
        view: Id of the view.
        images: Digest of the images' digests, in order of the rows.
        plan: SHA-256 of the view plan.
        base: Identity of the frozen base.
        drawn: What the plan was drawn with, by parameter: none of view 0.
        made_by: What makes a row of pixels and plan, part by part.
    """

    view: int
    images: str
    plan: str
    base: str
    drawn: dict[str, Any] = field(default_factory=dict)
    made_by: dict[str, Any] = field(default_factory=dict)


class FeatureWriter:
    """Writes the features of a view, row by row in any order, and seals them when they are whole.

    Args:
        path: Of the features (.npy); keys lie beside them in `keys.npy`.
        keys: Of all rows, as `keys_of_rows` gives them.
        row_shape: Of a row.

    Raises:
        PipelineError: a row was not written; or a feature is NaN, infinite, or beyond the dtype.
            Nothing is left at `path` then.
    """

    def __init__(
        self,
        path: Path,
        keys: np.ndarray,
        row_shape: tuple[int, ...],
        dtype: np.dtype[Any],
        origin: Origin,
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._keys, self._dtype, self._origin = path, keys, dtype, origin
        self._shape = (len(keys), *row_shape)
        self._features = RowWriter(path, self._shape, dtype)

    def __enter__(self) -> Self:
        self._features.__enter__()
        return self

    def write(self, rows: np.ndarray, features: np.ndarray) -> None:
        """Write the features of some rows."""
        with np.errstate(over="ignore"):
            stored = features.astype(self._dtype)
        if not np.isfinite(stored).all():
            rule = f"features for {self._path} must be finite as {self._dtype}"
            raise PipelineError(rule, f"up to {np.abs(features).max()}")
        self._features.write(rows, stored)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._features.__exit__(kind, error, traceback)
        if kind is None:
            write_rows(keys_file(self._path), [self._keys], (), self._keys.dtype)
            seal(keys_file(self._path))
            about = {"shape": list(self._shape), "dtype": self._dtype.str}
            seal(self._path, **about, **asdict(self._origin))


def keys_file(path: Path) -> Path:
    """Where the keys of a file of features lie."""
    return path.with_name("keys.npy")


class FeatureView(NamedTuple):
    """The features of a view.

    Attributes:
        features: Read-only memory map, shape (images of the view, *row shape).
        places: Of each prepared image its row of the features: int64; -1 where it has none.
    """

    features: np.ndarray
    places: np.ndarray

    def of(self, rows: np.ndarray) -> np.ndarray:
        """The features of some of the prepared images."""
        return self.features[self.places[rows]]

    def fetch(self, rows: np.ndarray) -> None:
        """Of a file that is larger than free memory, let the system read some rows, many at once.

        Left to itself it reads one after the other, and a good deal around each, which in a file
        that fits is soon all of it.

        Args:
            rows: Of the prepared images.
        """
        features = self.features
        if not isinstance(features, np.memmap) or features.nbytes < virtual_memory().available:
            return
        size, first = features[:1].nbytes, features.offset % mmap.PAGESIZE
        for start in (first + self.places[rows] * size).tolist():
            page = start - start % mmap.PAGESIZE
            features._mmap.madvise(mmap.MADV_WILLNEED, page, start + size - page)  # type: ignore[attr-defined]

    def release(self) -> None:
        """Let go of what was read of the file; it is read again when it is wanted."""
        if isinstance(self.features, np.memmap):
            self.features._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]


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
        self.view.release()
        return features


def open_views(views: Iterable[int], digests: Sequence[str]) -> dict[int, FeatureView]:
    """Memory-map the features of views of the prepared images, all of one base.

    Args:
        digests: Of the prepared images.

    Raises:
        PipelineError: a file is missing, damaged, of another view, of other images, or of another
            base than the first; or views that were drawn differently have equal features.
    """
    manifests: dict[Path, Manifest] = {}
    opened = {}
    for view in views:
        path, rows = feature_file(view), rows_of_view(view, len(digests))
        base = {"base": next(iter(manifests.values()))["base"]} if manifests else {}
        images = digest_of_digests(digests[row] for row in rows)
        manifests[path] = verify(path, view=view, images=images, **base)
        places = np.full(len(digests), -1, np.int64)
        places[rows] = np.arange(len(rows))
        opened[view] = FeatureView(np.load(path, mmap_mode="r", allow_pickle=False), places)
    _refuse_repeated(manifests)
    return opened


def rows_of_view(view: int, images: int) -> np.ndarray:
    """Rows of the prepared images that a view has: all of view 0, of others the planned ones.

    Raises:
        PipelineError: the file of the planned rows is missing, damaged, or of more images.
    """
    if view == 0:
        return np.arange(images)
    path = rows_file(view)
    verify(path)
    rows = np.load(path, allow_pickle=False)
    if rows.max(initial=-1) >= images:
        rule = f"{path} must be of {images} prepared images: `dvc repro` computes it"
        raise PipelineError(rule, f"row {rows.max()}")
    return rows


def _refuse_repeated(manifests: dict[Path, Manifest]) -> None:
    """One view kept for all, or frozen by a cache, would have the features of every other."""
    seen: dict[str, tuple[Path, Manifest]] = {}
    for path, manifest in manifests.items():
        twin, known = seen.setdefault(manifest["digest"], (path, manifest))
        if known["plan"] != manifest["plan"]:
            raise PipelineError(
                f"{path} must differ from {twin}, whose views are drawn differently",
                f"equal features, {manifest['digest']}",
            )
