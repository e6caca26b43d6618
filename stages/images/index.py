"""Which images there are, and which split each belongs to."""

import hashlib
from pathlib import Path

import pandas as pd

from stages.errors import PipelineError
from stages.images.sources import Source
from stages.images.splits import SPLITS, split_of


def index_images(
    source: Source, seed: int, validation: float, test: float, limit: int | None
) -> pd.DataFrame:
    """Digest every image and assign it to a split; in order of digest.

    Args:
        limit: Keep only as many images, those with the smallest digests: a fair sample.

    Raises:
        PipelineError: the same bytes stand under two labels, or a split lacks a class.
    """
    index = source.table.copy()
    index.insert(0, "digest", [_digest(source.root / path) for path in index["path"]])
    index = index.sort_values(["digest", "path"], ignore_index=True).iloc[:limit]
    split = [split_of(digest, seed, validation, test) for digest in index["digest"]]
    index.insert(1, "split", split)
    _refuse_two_labels(index)
    _refuse_missing_class(index, source.classes)
    return index


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _refuse_two_labels(index: pd.DataFrame) -> None:
    labels = index.groupby("digest")["label"].nunique()
    if (labels > 1).any():
        paths = index.loc[index["digest"] == labels.idxmax(), "path"].tolist()
        raise PipelineError(f"equal images must have equal labels. Received: {paths}")


def _refuse_missing_class(index: pd.DataFrame, classes: list[str]) -> None:
    counts = pd.crosstab(index["split"], index["label"]).reindex(
        index=list(SPLITS), columns=range(len(classes)), fill_value=0
    )
    if (counts == 0).any(axis=None):
        table = counts.set_axis(classes, axis=1).to_dict("index")
        raise PipelineError(f"every split needs images of every class. Received: {table}")
