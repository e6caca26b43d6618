"""Part images, so that no group and no two equal images are in two parts."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.manifests import seal
from viewcache.ground.params.schema import Params
from viewcache.images.folds import PARTS, part_by_fold, part_by_fraction


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
            rule = "data.folds must be null where images come with a split of their own"
            raise PipelineError(rule, f"{folds} folds, and {_counts(index['split'])}")
        _refuse_crossing(index)
        parts = index["split"].map(lambda part: [part])
    elif folds is None:
        parts = units.map(lambda unit: [part_by_fraction(unit, seed, validation, test)])
    else:
        parts = units.map(lambda unit: part_by_fold(unit, seed, folds))
    table = pd.DataFrame(parts.tolist(), index.index, range(folds or 1))
    return table.rename(columns="rotation_{}".format).assign(unit=units)


def part_by_params(index: pd.DataFrame, classes: list[str], params: Params) -> pd.DataFrame:
    """The parts that the parameters ask for, as `part_images` gives them.

    Raises:
        PipelineError: as `part_images`; or a part lacks images of a class.
    """
    data, folds = params.data, params.data.folds
    parts = part_images(index, data.split_seed, folds, data.validation, data.test)
    refuse_missing_class(index, parts, classes)
    return parts


def refuse_missing_class(index: pd.DataFrame, parts: pd.DataFrame, classes: list[str]) -> None:
    """Raise a `PipelineError` unless every part of every rotation has images of every class."""
    for rotation in parts.columns.drop("unit"):
        counts = counts_by_class(index, parts[rotation], classes)
        if (counts == 0).any(axis=None):
            rule = f"every part needs images of every class, in {rotation.replace('_', ' ')}"
            raise PipelineError(rule, counts.loc[:, (counts == 0).any()].to_dict("index"))


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
