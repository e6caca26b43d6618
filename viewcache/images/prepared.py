"""The prepared images: one uint8 array and an index of its rows."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from viewcache.ground.manifests import load_array, read_manifest, verify
from viewcache.ground.row_files import RowFile
from viewcache.images.digests import Digests


@dataclass(frozen=True)
class Prepared:
    """The images, in order of digest.

    Attributes:
        digests: SHA-256 of each image's bytes, in hexadecimal.
        labels: int64, shape (images,).
    """

    folder: Path
    digests: Sequence[str]
    labels: np.ndarray

    @property
    def pixels(self) -> Path:
        """The array's file: uint8, shape (images, side, side, 3)."""
        return pixels_file(self.folder)

    @property
    def pixel_digests(self) -> np.ndarray:
        """BLAKE2b of each image's pixels: uint8, shape (images, 16).

        Raises:
            PipelineError: they are missing or damaged.
        """
        return load_array(pixel_digests_file(self.folder))

    @property
    def bits(self) -> int:
        """How many of 16 bits a channel the images use, where they have as many."""
        return read_manifest(self.pixels)["bits"]

    @property
    def paths(self) -> list[str]:
        """Of the images in their source; not kept, since memory is dear and few ask for them."""
        return list(_column(self.folder, "path"))

    def of(self, rows: np.ndarray) -> list[str]:
        """Digests of some of the images."""
        return [self.digests[row] for row in rows]

    def read(self) -> RowFile:
        """Open the pixels.

        Raises:
            PipelineError: they are missing or damaged.
        """
        verify(self.pixels)
        return RowFile(self.pixels)


def pixels_file(folder: Path) -> Path:
    return folder / "images.npy"


def pixel_digests_file(folder: Path) -> Path:
    return folder / "pixel_digests.npy"


def open_prepared(folder: Path) -> Prepared:
    """Open prepared images.

    Raises:
        PipelineError: its index is missing or damaged.
    """
    verify(folder / "index.csv")
    labels = np.fromiter(map(int, _column(folder, "label")), np.int64)
    return Prepared(folder, Digests(_column(folder, "digest")), labels)


def read_classes(folder: Path) -> list[str]:
    """Names of the classes, which labels are indices of, from the folder of the images."""
    return json.loads((folder / "classes.json").read_text(encoding="utf-8"))


def _column(folder: Path, name: str) -> Iterator[str]:
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        place = next(rows).index(name)
        for row in rows:
            yield row[place]
