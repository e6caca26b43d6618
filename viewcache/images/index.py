"""Which images there are, and which split each belongs to."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from viewcache.ground.errors import PipelineError
from viewcache.images.prepared import SPLITS
from viewcache.images.sources import Source
from viewcache.images.splits import assign_splits


def index_images(
    source: Source, seed: int, validation: float, test: float, limit: int | None
) -> pd.DataFrame:
    """Digest every image and assign it to a split.

    Args:
        limit: Keep only as many images, those with the smallest digests: a fair sample.

    Returns:
        One row an image, in order of digest: `digest`, `path`, `label`, `split`, and `group` where
        the source knows it.

    Raises:
        PipelineError: a file cannot be read, the same bytes stand under two labels, or the source
            puts what belongs together into two splits.
    """
    known = source.table.columns.intersection(["path", "label", "group", "split"])
    index = source.table[known].copy()
    index.insert(0, "digest", _digests(source.root, index["path"].tolist()))
    index = index.sort_values(["digest", "path"], ignore_index=True).iloc[:limit]
    _refuse_two_labels(index)
    return index.assign(split=assign_splits(index, seed, validation, test))


def counts_by_class(index: pd.DataFrame, classes: list[str]) -> pd.DataFrame:
    """Number of images: a row a split, a column a class."""
    counts = pd.crosstab(index["split"], index["label"])
    return counts.reindex(index=list(SPLITS), columns=range(len(classes)), fill_value=0).set_axis(
        classes, axis=1
    )


def refuse_missing_class(index: pd.DataFrame, classes: list[str]) -> None:
    """Raise a `PipelineError` unless every split has images of every class."""
    counts = counts_by_class(index, classes)
    if (counts == 0).any(axis=None):
        received = counts.to_dict("index")
        raise PipelineError("every split needs images of every class", received)


def _digests(root: Path, paths: list[str]) -> list[str]:
    with ThreadPoolExecutor() as workers:
        digests = workers.map(_digest, [root / path for path in paths])
        return list(tqdm(digests, "digest", len(paths), unit=" images", disable=None))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PipelineError(f"{path} cannot be read", error.strerror) from error


def _refuse_two_labels(index: pd.DataFrame) -> None:
    labels = index.groupby("digest")["label"].nunique()
    if (labels > 1).any():
        paths = index.loc[index["digest"] == labels.idxmax(), "path"].tolist()
        raise PipelineError("equal images must have equal labels", paths)
