"""The prepared images: for each split one uint8 array and an index of its rows."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from stages.arrays import RowFile, write_rows
from stages.images.decoding import decode

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Prepared:
    """The images of one split, in order of digest.

    Attributes:
        digests: SHA-256 of each image's bytes, in hexadecimal.
        labels: int64, shape (images,).
        paths: Of the images in their source.
        pixels: The array's file: uint8, shape (images, side, side, 3).
    """

    digests: list[str]
    labels: np.ndarray
    paths: list[str]
    pixels: Path

    def read(self) -> RowFile:
        """Open the pixels."""
        return RowFile(self.pixels)


def open_prepared(folder: Path) -> Prepared:
    """Open the folder of a split."""
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return Prepared(
        [row["digest"] for row in rows],
        np.array([int(row["label"]) for row in rows]),
        [row["path"] for row in rows],
        folder / "images.npy",
    )


def read_classes(folder: Path) -> list[str]:
    """Names of the classes, which labels are indices of, from the folder of all splits."""
    return json.loads((folder / "classes.json").read_text(encoding="utf-8"))


def write_prepared(
    folder: Path, root: Path, index: "pd.DataFrame", classes: list[str], side: int
) -> None:
    """Decode the images of an index, streaming, and write a folder for each split.

    Args:
        root: Folder that the index' paths are relative to.
    """
    for split, part in index.groupby("split"):
        target = folder / str(split)
        target.mkdir(parents=True, exist_ok=True)
        pixels = _decoded(root, part["path"].tolist(), side)
        shape = (len(part), side, side, 3)
        write_rows(target / "images.npy", pixels, shape, np.dtype(np.uint8))
        part.to_csv(target / "index.csv", index=False)
    (folder / "classes.json").write_text(json.dumps(classes) + "\n")


def _decoded(root: Path, paths: list[str], side: int) -> Iterator[np.ndarray]:
    for path in tqdm(paths, "prepare", unit=" images", disable=None):
        yield decode((root / path).read_bytes(), side)[None]
