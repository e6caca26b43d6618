"""Feature arrays on disk, each with a manifest that says what it is."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import Manifest, digest_of_digests, seal, verify
from viewcache.ground.row_files import write_rows


@dataclass(frozen=True)
class Origin:
    """What features were computed from.

    Attributes:
        view: Id of the view.
        images: Digest of the images' digests, in order of the rows.
        plan: SHA-256 of the view plan.
        base: Identity of the frozen base.
    """

    view: int
    images: str
    plan: str
    base: str


def write_features(
    path: Path,
    batches: Iterable[np.ndarray],
    shape: tuple[int, int],
    dtype: np.dtype[Any],
    origin: Origin,
) -> None:
    """Stream features into `path` (.npy) and their manifest beside it (.json).

    Raises:
        PipelineError: a feature is NaN, infinite, or beyond the dtype; nothing is left at `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_rows(path, _finite(batches, dtype, path), shape[1:], dtype, shape[0])
    seal(path, shape=list(shape), dtype=dtype.str, **asdict(origin))


def feature_file(folder: Path, view: int) -> Path:
    """Where the features of a view lie in the folder of a split."""
    return folder / str(view) / "features.npy"


def open_views(folder: Path, views: Iterable[int], digests: Iterable[str]) -> list[np.ndarray]:
    """Memory-map the features of views of the same images, all of one base.

    Args:
        folder: Of the features of a split.
        digests: Of the images, in order of the rows.

    Returns:
        Features of each view, read-only, shape (images, width).

    Raises:
        PipelineError: a file is missing, damaged, of another view, of other images, or of another
            base than the first; or views that were drawn differently have equal features.
    """
    images = digest_of_digests(digests)
    manifests: dict[Path, Manifest] = {}
    for view in views:
        path = feature_file(folder, view)
        base = {"base": next(iter(manifests.values()))["base"]} if manifests else {}
        manifests[path] = verify(path, view=view, images=images, **base)
    _refuse_repeated(manifests)
    return [np.load(path, mmap_mode="r", allow_pickle=False) for path in manifests]


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


def _finite(
    batches: Iterable[np.ndarray], dtype: np.dtype[Any], path: Path
) -> Iterator[np.ndarray]:
    for batch in batches:
        with np.errstate(over="ignore"):
            stored = batch.astype(dtype)
        if not np.isfinite(stored).all():
            rule = f"features for {path} must be finite as {dtype}"
            raise PipelineError(rule, f"up to {np.abs(batch).max()}")
        yield stored
