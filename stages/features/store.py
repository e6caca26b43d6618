"""Feature arrays on disk, each with a manifest that says what it is."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stages.arrays import write_rows
from stages.errors import PipelineError
from stages.files import write_text


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


def digest_of_digests(digests: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


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
    digest = write_rows(path, _finite(batches, dtype, path), shape[1:], dtype, shape[0])
    manifest = {"sha256": digest, "shape": list(shape), "dtype": dtype.str, **asdict(origin)}
    write_text(path.with_suffix(".json"), json.dumps(manifest, indent=2) + "\n")


def open_features(path: Path, images: str) -> tuple[np.ndarray, Origin]:
    """Memory-map features, once they are known to be what their manifest says.

    Args:
        images: Digest of the digests of the images whose features are wanted.

    Returns:
        Features, read-only, shape (images, width), and what they were computed from.

    Raises:
        PipelineError: the file is missing, altered, or of other images.
    """
    if not path.exists():
        raise PipelineError(f"features are missing; `dvc repro` computes them. Received: {path}")
    manifest = json.loads(path.with_suffix(".json").read_text())
    features = np.load(path, mmap_mode="r", allow_pickle=False)
    received = {
        "sha256": hashlib.sha256(features.data).hexdigest(),
        "shape": list(features.shape),
        "dtype": features.dtype.str,
        "images": images,
    }
    wrong = [name for name, value in received.items() if manifest[name] != value]
    if wrong:
        raise PipelineError(
            f"{path} is not what its manifest says of {', '.join(wrong)}; remove it and its DVC "
            f"cache entry and run `dvc repro --force`. Received: "
            f"{ {name: received[name] for name in wrong} }"
        )
    return features, Origin(*(manifest[name] for name in ("view", "images", "plan", "base")))


def feature_file(folder: Path, view: int) -> Path:
    """Where the features of a view lie in the folder of a split."""
    return folder / str(view) / "features.npy"


def open_views(folder: Path, views: Iterable[int], digests: Iterable[str]) -> list[np.ndarray]:
    """Open the features of views of the same images, all of one base.

    Args:
        folder: Of the features of a split.
        digests: Of the images, in order of the rows.

    Raises:
        PipelineError: a file is missing, altered, of another view, of other images, or of another
            base than the first.
    """
    images = digest_of_digests(digests)
    opened: list[tuple[np.ndarray, Origin]] = []
    for view in views:
        path = feature_file(folder, view)
        features, origin = open_features(path, images)
        opened.append((features, origin))
        expected = (view, opened[0][1].base)
        if (origin.view, origin.base) != expected:
            raise PipelineError(
                f"{path} must hold view and base {expected}. Received: {origin.view, origin.base}"
            )
    return [features for features, _ in opened]


def _finite(
    batches: Iterable[np.ndarray], dtype: np.dtype[Any], path: Path
) -> Iterator[np.ndarray]:
    for batch in batches:
        with np.errstate(over="ignore"):
            stored = batch.astype(dtype)
        if not np.isfinite(stored).all():
            rule = f"features for {path} must be finite as {dtype}"
            raise PipelineError(f"{rule}. Received: up to {np.abs(batch).max()}")
        yield stored
