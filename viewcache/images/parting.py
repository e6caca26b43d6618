"""Part images, so that no group and no two equal images are in two parts."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.manifests import seal
from viewcache.ground.params.schema import Params
from viewcache.images.folds import PARTS, fold_of, part_by_fraction, parts_of_fold
from viewcache.images.given_split import completed
from viewcache.images.near_duplicates import group_near_duplicates
from viewcache.images.small_classes import fill_places

SHOWN = 10


def part_images(
    index: pd.DataFrame, seed: int, folds: int | None, validation: float, test: float
) -> pd.DataFrame:
    """The part of every image in every rotation.

    A unit is an image, with its equals and its group. Its name and the seed decide on its part,
    but for units of a small class, of which a few are moved so that no part lacks it.

    Args:
        index: One row an image: `digest`, `path`, `label`, and where they are known, `group` and
            `split`, and `near`, the same of images that look the same.
        folds: None: a holdout, by the split that the source names, or by fractions.

    Returns:
        One row an image: `unit`, what it is parted by, and `rotation_0` and on.

    Raises:
        PipelineError: the source names a split and there are folds; or it puts images of one unit
            into two parts.
    """
    units = units_of(index)
    if "split" in index:
        if folds is not None:
            rule = "data.folds must be null where images come with a split of their own"
            raise PipelineError(rule, f"{folds} folds, and {_counts(index['split'])}")
        _refuse_crossing(index, units)
        split = completed(index["split"], units, seed, validation, test)
        parts = split.map(lambda part: [part])
    else:
        parts = units.map(_parts_of_units(units, index["label"], seed, folds, validation, test))
    table = pd.DataFrame(parts.tolist(), index.index, range(folds or 1))
    return table.rename(columns="rotation_{}".format).assign(unit=units)


def _parts_of_units(
    units: pd.Series,
    labels: pd.Series,
    seed: int,
    folds: int | None,
    validation: float,
    test: float,
) -> dict[str, list[str]]:
    holders = list(zip(units, labels, strict=True))
    if folds is None:
        drawn = {unit: part_by_fraction(unit, seed, validation, test) for unit, _ in holders}
        return {unit: [part] for unit, part in fill_places(drawn, holders, PARTS).items()}
    numbers = {unit: fold_of(unit, seed, folds) for unit, _ in holders}
    placed = fill_places(numbers, holders, range(folds))
    return {unit: parts_of_fold(fold, folds) for unit, fold in placed.items()}


def part_by_params(
    index: pd.DataFrame,
    classes: list[str],
    params: Params,
    hashes: Callable[[], np.ndarray] | None = None,
) -> pd.DataFrame:
    """The parts that the parameters ask for, as `part_images` gives them.

    Args:
        hashes: Tells what the images look like; None: that is not known yet.

    Raises:
        PipelineError: as `part_images`; or a part lacks images of a class.
    """
    data, folds = params.data, params.data.folds
    if hashes and data.group_near_duplicates:
        index = index.assign(near=group_near_duplicates(hashes()))
    parts = part_images(index, data.split_seed, folds, data.validation, data.test)
    refuse_missing_class(index, parts, classes)
    return parts


def refuse_missing_class(index: pd.DataFrame, parts: pd.DataFrame, classes: list[str]) -> None:
    """Raise a `PipelineError` unless every part of every rotation has images of every class.

    A class that no parting could give to all of them is named with its number of images.
    """
    if "split" not in index:
        _refuse_few_units(index, parts, classes)
    for rotation in parts.columns.drop("unit"):
        counts = counts_by_class(index, parts[rotation], classes)
        if (counts == 0).any(axis=None):
            rule = f"every part needs images of every class, in {rotation.replace('_', ' ')}"
            raise PipelineError(rule, counts.loc[:, (counts == 0).any()].to_dict("index"))


def _refuse_few_units(index: pd.DataFrame, parts: pd.DataFrame, classes: list[str]) -> None:
    folds = len(parts.columns) - 1
    needed, what = (folds, "fold") if folds > 1 else (len(PARTS), "part")
    units = (
        parts["unit"].groupby(index["label"]).nunique().reindex(range(len(classes)), fill_value=0)
    )
    few = [(name, count) for name, count in zip(classes, units, strict=True) if count < needed]
    if few:
        lower = f", or set data.folds to {max(3, units.min())}" if folds > 3 else ""
        rule = (
            f"every class needs {needed} images, one for each {what} (equal images count as one, "
            f"and those of one group): add images, take the class out{lower}"
        )
        first = ", ".join(f"{name!r} {count}" for name, count in few[:SHOWN])
        raise PipelineError(rule, f"{len(few)} classes with fewer: {first}")


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


def units_of(index: pd.DataFrame) -> pd.Series:
    """What images are parted by: their digests, or their groups.

    Groups that share an equal image, or one that looks the same where `near` is in the index, are
    one, named by the first of their names.
    """
    if not {"group", "near"} & set(index):
        return index["digest"]
    own = index["group"] if "group" in index else index["digest"]
    shared = index["near"] if "near" in index else index["digest"]
    groups, names = pd.factorize(own)
    images, different = pd.factorize(shared)
    nodes = len(names) + len(different)
    ends = (groups, images + len(names))
    links = coo_array((np.ones(len(index), bool), ends), shape=(nodes, nodes))
    component = pd.Series(connected_components(links, directed=False)[1][groups], index.index)
    return own.groupby(component).transform("min")


def _refuse_crossing(index: pd.DataFrame, units: pd.Series) -> None:
    crossing = index[index.groupby(units)["split"].transform("nunique") > 1]
    if len(crossing):
        what = "images of one group, and equal ones," if "group" in index else "equal images"
        if "near" in index:
            what = "near duplicates (data.group_near_duplicates)"
        one_each = crossing.assign(unit=units).drop_duplicates(["unit", "split"])
        shown = one_each.sort_values("unit", kind="stable")[["path", "split"]].head(SHOWN)
        first = ", ".join(f"{path!r} in {split}" for path, split in shown.to_numpy())
        raise PipelineError(f"{what} must be in one part", f"{len(crossing)} that are not: {first}")


def _counts(splits: pd.Series) -> str:
    return ", ".join(f"{count} {split}" for split, count in splits.value_counts().items())
