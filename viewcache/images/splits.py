"""Which split an image belongs to."""

import hashlib

import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from viewcache.ground.errors import PipelineError


def split_of(key: str, seed: int, validation: float, test: float) -> str:
    """The split of a key, an image's digest or its group, from (seed, key) alone.

    So equal bytes never cross splits, and adding an image moves no other one. The price is that
    fractions hold on average, for the whole as for each class, and not to the image: no rule that
    depends on one image alone can do better.

    Args:
        validation: Fraction of the images for validation.
        test: Fraction of the images for the test.
    """
    hashed = hashlib.blake2b(f"split/{seed}/{key}".encode(), digest_size=8).digest()
    place = int.from_bytes(hashed, "little") / 2**64
    if place < test:
        return "test"
    return "validation" if place < test + validation else "train"


def assign_splits(index: pd.DataFrame, seed: int, validation: float, test: float) -> pd.Series:
    """The split of every image: the one that the source names, or one by group or digest.

    Args:
        index: One row an image: `digest`, `path`, and where the source knows them, `group` and
            `split`.

    Raises:
        PipelineError: the source puts equal images, or images of one group, into two splits.
    """
    if "split" not in index:
        keys = _joined_groups(index) if "group" in index else index["digest"]
        index = index.assign(split=keys.map(lambda key: split_of(key, seed, validation, test)))
    for column in {"digest", "group"} & set(index):
        _refuse_crossing(index, column)
    return index["split"]


def _joined_groups(index: pd.DataFrame) -> pd.Series:
    """Groups, with those that share an equal image made one, named by the first of their names."""
    groups, names = pd.factorize(index["group"])
    digests = pd.factorize(index["digest"])[0] + len(names)
    nodes = int(digests.max()) + 1
    links = coo_array(([True] * len(index), (groups, digests)), shape=(nodes, nodes))
    component = pd.Series(connected_components(links, directed=False)[1][groups], index.index)
    return index["group"].groupby(component).transform("min")


def _refuse_crossing(index: pd.DataFrame, column: str) -> None:
    splits = index.groupby(column)["split"].nunique()
    if (splits > 1).any():
        crossing = index.loc[index[column] == splits.idxmax(), ["path", "split"]]
        what = "equal images" if column == "digest" else f"images of group {splits.idxmax()!r}"
        received: dict[str, str] = dict(crossing.itertuples(index=False))
        raise PipelineError(f"{what} must be in one split", received)
