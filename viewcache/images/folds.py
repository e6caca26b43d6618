"""Which part every image plays in every rotation: it is tested, validates, or is trained on."""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from viewcache.ground.manifests import verify

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Rotation:
    """One way to part the images; with a holdout, the only one.

    Attributes:
        train, validation, test: Rows of the prepared images: int64, ascending.
    """

    number: int
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def fold_of(unit: str, seed: int, folds: int) -> int:
    """The fold of an image, from (seed, unit) alone.

    The unit is the image's digest or its group. So equal bytes never cross parts, and adding an
    image moves no other one; the price is that folds are equally large on average only.
    """
    return int(_place(f"fold/{seed}/{unit}") * folds)


def parts_of_fold(fold: int, folds: int) -> list[str]:
    """The part of a fold in each rotation.

    In rotation r fold r is tested, fold r + 1 validates, and the rest is trained on.
    """
    return [
        {fold: "test", (fold - 1) % folds: "validation"}.get(rotation, "train")
        for rotation in range(folds)
    ]


def part_by_fraction(unit: str, seed: int, validation: float, test: float) -> str:
    """The part of an image in a holdout, from (seed, unit) alone, as `fold_of`.

    Args:
        validation: Fraction of the images for validation.
        test: Fraction of the images for the test.
    """
    place = _place(f"split/{seed}/{unit}")
    if place < test:
        return "test"
    return "validation" if place < test + validation else "train"


def open_rotations(path: Path) -> list[Rotation]:
    """All rotations.

    Raises:
        PipelineError: the file is missing or damaged.
    """
    columns = _read(path)
    del columns["unit"]
    return rotations_of(columns.values())


def rotations_of(columns: Iterable[Sequence[str]]) -> list[Rotation]:
    """All rotations, from the part that every image plays in each."""
    rotations = map(np.array, columns)
    return [
        Rotation(number, *(np.flatnonzero(parts == part) for part in PARTS))
        for number, parts in enumerate(rotations)
    ]


def rows_of(rotations: Iterable[Rotation], part: str) -> np.ndarray:
    """Rows of the images that play a part in any rotation: int64, ascending, each once."""
    return np.unique(np.concatenate([getattr(rotation, part) for rotation in rotations]))


def rotation_that_tests(rotations: Sequence[Rotation]) -> np.ndarray:
    """Of each image that is tested, in order of rows, the number of the rotation that does so."""
    rows = np.concatenate([rotation.test for rotation in rotations])
    numbers = np.repeat([one.number for one in rotations], [len(one.test) for one in rotations])
    return numbers[np.argsort(rows)]


def open_units(path: Path) -> np.ndarray:
    """Of each image, the number of what it is parted by: its group, or itself and its equals.

    Returns:
        int64, counted from 0 in order of the images.
    """
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(unit, len(numbers)) for unit in _read(path)["unit"]])


def _read(path: Path) -> dict[str, tuple[str, ...]]:
    """Columns by name. Without pandas, which takes longer to import than this takes."""
    verify(path)
    with path.open(newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def _place(text: str) -> float:
    """A number in [0, 1)."""
    hashed = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(hashed, "little") / 2**64
