"""The prepared images: for each split one uint8 array and an index of its rows."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.arrays import RowFile

SPLITS = ("train", "validation", "test")


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
