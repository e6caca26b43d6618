"""The prepared images: one uint8 array, maybe a larger one beside it, and an index of the rows."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from viewcache.ground.manifests import load_array, read_manifest, verify
from viewcache.ground.row_files import RowFile
from viewcache.images.digests import Digests


class Detail(Protocol):
    """Images larger than the base takes them, which views are sampled from."""

    def __getitem__(self, place: int, /) -> np.ndarray | None:
        """Of one image: uint8, shape (larger, larger, 3); None where it has none."""
        ...


class DetailedFile(RowFile):
    """The pixels of prepared images, and where it is kept, their detail."""

    def __init__(self, folder: Path) -> None:
        super().__init__(pixels_file(folder))
        larger = detail_file(folder)
        self._larger = RowFile(larger) if larger.exists() else None

    def detail(self, rows: Sequence[int] | np.ndarray) -> Detail | None:
        """Of some images, each read when it is asked for."""
        return None if self._larger is None else _RowsOnDemand(self._larger, rows)

    def close(self) -> None:
        super().close()
        if self._larger is not None:
            self._larger.close()


@dataclass(frozen=True)
class _RowsOnDemand:
    file: RowFile
    rows: Sequence[int] | np.ndarray

    def __getitem__(self, place: int, /) -> np.ndarray:
        return self.file.read([self.rows[place]])[0]


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
    def detail_digests(self) -> np.ndarray | None:
        """Likewise of their detail; None where none is kept."""
        file = detail_digests_file(self.folder)
        return load_array(file) if file.exists() else None

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

    def read_detailed(self) -> DetailedFile:
        """Open the pixels and, where it is kept, their detail, to render views.

        Raises:
            PipelineError: they are missing or damaged.
        """
        verify(self.pixels)
        if detail_file(self.folder).exists():
            verify(detail_file(self.folder))
        return DetailedFile(self.folder)


def pixels_file(folder: Path) -> Path:
    return folder / "images.npy"


def pixel_digests_file(folder: Path) -> Path:
    return folder / "pixel_digests.npy"


def detail_file(folder: Path) -> Path:
    """Of the same images, larger; there is none where `data.detail` is 1."""
    return folder / "detail.npy"


def detail_digests_file(folder: Path) -> Path:
    return folder / "detail_digests.npy"


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
