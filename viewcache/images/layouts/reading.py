"""What a layout makes of a folder."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Reading:
    """Images and their classes.

    Attributes:
        rows: One row an image: `path` (below the root, with slashes) and `label` (empty where an
            image lies beside its class), and where the layout tells of them, `split` (train,
            validation or test), `group` and every further column of a table, as text.
        words: What the folder was taken for, in English.
    """

    rows: pd.DataFrame = field(repr=False)
    words: str


def table_of(labelled: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Rows of a path and a label each."""
    return pd.DataFrame(list(labelled), columns=["path", "label"], dtype=str)


def agree(one: pd.Series, other: pd.Series) -> bool:
    """Whether two columns of labels tell the same images apart, by whatever names."""
    pairs = pd.DataFrame({"one": one, "other": other}).drop_duplicates()
    return bool(pairs["one"].is_unique and pairs["other"].is_unique)
