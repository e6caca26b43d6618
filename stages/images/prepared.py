"""The prepared images: one uint8 array and an index of its rows."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from stages.arrays import RowFile, write_rows
from stages.errors import PipelineError
from stages.images.decoding import DecodingPolicy, decode
from stages.images.sources import Source
from stages.images.splits import SPLITS, split_of


@dataclass(frozen=True)
class Prepared:
    """What `prepare` wrote.

    Attributes:
        index: One row an image, in order of digest: `digest`, `split`, `label`, `path` and what
            else the source knew. Row i describes row i of the array.
        classes: Names of the classes.
        images: The array's file: uint8, shape (images, side, side, 3).
    """

    index: pd.DataFrame
    classes: list[str]
    images: Path

    def rows(self, split: str) -> np.ndarray:
        """Rows of a split, ascending: int64, shape (images of the split,)."""
        return np.flatnonzero(self.index["split"] == split)

    def digests(self, split: str) -> list[str]:
        return self.index["digest"].iloc[self.rows(split)].tolist()

    def labels(self, split: str) -> np.ndarray:
        """Labels of a split: int64, shape (images of the split,)."""
        return self.index["label"].to_numpy()[self.rows(split)]


def open_prepared(folder: Path) -> Prepared:
    index = pd.read_csv(folder / "index.csv", dtype={"digest": str, "split": str})
    classes = json.loads((folder / "classes.json").read_text())
    return Prepared(index, classes, folder / "images.npy")


def read_images(prepared: Prepared) -> RowFile:
    return RowFile(prepared.images)


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


def write_prepared(folder: Path, source: Source, index: pd.DataFrame, side: int) -> None:
    """Decode the images of an index, streaming, and write what `open_prepared` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(
        folder / "images.npy",
        _decoded(source.root, index["path"].tolist(), side),
        (len(index), side, side, 3),
        np.dtype(np.uint8),
    )
    (folder / "classes.json").write_text(json.dumps(source.classes) + "\n")
    index.to_csv(folder / "index.csv", index=False)


def _decoded(root: Path, paths: list[str], side: int) -> Iterator[np.ndarray]:
    policy = DecodingPolicy(side, 1, (0, 0, 0))
    for path in tqdm(paths, "prepare", unit=" images", disable=None):
        yield decode((root / path).read_bytes(), path, policy).pixels[None]


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
