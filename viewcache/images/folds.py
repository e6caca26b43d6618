"""Which part every image plays in every rotation: it is tested, validates, or is trained on."""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.manifests import seal, verify

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


def part_by_fold(unit: str, seed: int, folds: int) -> list[str]:
    """The part of an image in each rotation, from (seed, unit) alone.

    The unit is the image's digest or its group. So equal bytes never cross parts, and adding an
    image moves no other one; the price is that folds are equally large on average only. In
    rotation r fold r is tested, fold r + 1 validates, and the rest is trained on.
    """
    fold = int(_place(f"fold/{seed}/{unit}") * folds)
    return [
        {fold: "test", (fold - 1) % folds: "validation"}.get(rotation, "train")
        for rotation in range(folds)
    ]


def part_by_fraction(unit: str, seed: int, validation: float, test: float) -> str:
    """The part of an image in a holdout, from (seed, unit) alone, as `part_by_fold`.

    Args:
        validation: Fraction of the images for validation.
        test: Fraction of the images for the test.
    """
    place = _place(f"split/{seed}/{unit}")
    if place < test:
        return "test"
    return "validation" if place < test + validation else "train"


def part_images(
    index: pd.DataFrame, seed: int, folds: int | None, validation: float, test: float
) -> pd.DataFrame:
    """The part of every image in every rotation.

    Args:
        index: One row an image: `digest`, `path`, and where the source knows them, `group` and
            `split`.
        folds: None: a holdout, by the split that the source names, or by fractions.

    Returns:
        One row an image: `unit`, what it is parted by, and `rotation_0` and on.

    Raises:
        PipelineError: the source names a split and there are folds; or it puts equal images, or
            images of one group, into two parts.
    """
    units = _joined_groups(index) if "group" in index else index["digest"]
    if "split" in index:
        if folds is not None:
            rule = "evaluate.folds must be null where images come with a split of their own"
            raise PipelineError(rule, f"{folds} folds, and {_counts(index['split'])}")
        _refuse_crossing(index)
        parts = index["split"].map(lambda part: [part])
    elif folds is None:
        parts = units.map(lambda unit: [part_by_fraction(unit, seed, validation, test)])
    else:
        parts = units.map(lambda unit: part_by_fold(unit, seed, folds))
    table = pd.DataFrame(parts.tolist(), index.index, range(folds or 1))
    return table.rename(columns="rotation_{}".format).assign(unit=units)


def refuse_missing_class(index: pd.DataFrame, parts: pd.DataFrame, classes: list[str]) -> None:
    """Raise a `PipelineError` unless every part of every rotation has images of every class."""
    for rotation in parts.columns.drop("unit"):
        counts = counts_by_class(index, parts[rotation], classes)
        if (counts == 0).any(axis=None):
            rule = f"every part needs images of every class, in {rotation.replace('_', ' ')}"
            raise PipelineError(rule, counts.to_dict("index"))


def counts_by_class(index: pd.DataFrame, parts: pd.Series, classes: list[str]) -> pd.DataFrame:
    """Number of images: a row a part, a column a class."""
    counts = pd.crosstab(parts, index["label"])
    return counts.reindex(index=list(PARTS), columns=range(len(classes)), fill_value=0).set_axis(
        classes, axis=1
    )


def write_parts(path: Path, parts: pd.DataFrame) -> None:
    """Write what `part_images` gave, with a manifest beside it."""
    write_text(path, parts.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC))
    seal(path)


def open_rotations(path: Path) -> list[Rotation]:
    """All rotations.

    Raises:
        PipelineError: the file is missing or damaged.
    """
    parts = _read(path)
    return [
        Rotation(number, *(np.flatnonzero(parts[column] == part) for part in PARTS))
        for number, column in enumerate(parts.columns.drop("unit"))
    ]


def open_smaller_rotations(path: Path, divisor: int) -> list[Rotation]:
    """All rotations with a part of their training images: one in `divisor`, on average.

    By a hash of the unit alone: so no group is cut, a smaller part lies within a larger one, and
    an image more moves no other one.
    """
    kept = np.array([_place(f"size/{unit}") < 1 / divisor for unit in _read(path)["unit"]])
    return [
        replace(rotation, train=rotation.train[kept[rotation.train]])
        for rotation in open_rotations(path)
    ]


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
    return pd.factorize(_read(path)["unit"])[0].astype(np.int64)


def _read(path: Path) -> pd.DataFrame:
    verify(path)
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _place(text: str) -> float:
    """A number in [0, 1)."""
    hashed = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(hashed, "little") / 2**64


def _joined_groups(index: pd.DataFrame) -> pd.Series:
    """Groups, with those that share an equal image made one, named by the first of their names."""
    groups, names = pd.factorize(index["group"], sort=True)
    digests, images = pd.factorize(index["digest"])
    nodes = len(names) + len(images)
    ends = (groups, digests + len(names))
    links = coo_array((np.ones(len(index), bool), ends), shape=(nodes, nodes))
    component = pd.Series(connected_components(links, directed=False)[1][groups], index.index)
    return index["group"].groupby(component).transform("min")


def _refuse_crossing(index: pd.DataFrame) -> None:
    for column in sorted({"digest", "group"} & set(index)):
        splits = index.groupby(column)["split"].nunique()
        if (splits > 1).any():
            crossing = index.loc[index[column] == splits.idxmax(), ["path", "split"]]
            what = "equal images" if column == "digest" else f"images of group {splits.idxmax()!r}"
            received: dict[str, str] = dict(crossing.itertuples(index=False))
            raise PipelineError(f"{what} must be in one part", received)


def _counts(splits: pd.Series) -> str:
    return ", ".join(f"{count} {split}" for split, count in splits.value_counts().items())
