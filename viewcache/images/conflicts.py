"""Equal files that cannot all be used: under two labels, or in two parts of a given split."""

from collections.abc import Iterator, Sequence
from typing import Literal

import pandas as pd

from viewcache.ground.errors import PipelineError
from viewcache.images.folds import PARTS

SHOWN = 10


def conflicts_of(index: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Every image that is not used if conflicts are left out.

    Of equal files under two labels this is every copy, since nobody knows which label is right. Of
    equal files in two given parts, training loses its copy to validation, and both to the test.

    Args:
        index: As `index_images` gives it.

    Returns:
        Rows of the index: `path`, `digest`, `reason`.
    """
    equal = index[index["digest"].duplicated(keep=False)]
    rows = [row for _, copies in equal.groupby("digest") for row in _conflicts(copies, classes)]
    reasons = pd.Series(dict(rows), dtype=str)
    return index.loc[reasons.index, ["path", "digest"]].assign(reason=reasons)


def without_conflicts(
    index: pd.DataFrame, conflicts: pd.DataFrame, rule: Literal["fail", "leave_out"]
) -> pd.DataFrame:
    """The index without the conflicts that were found in it.

    Raises:
        PipelineError: there are some, and the rule is to fail.
    """
    if rule == "fail" and len(conflicts):
        first = [f"{path!r}: {reason}" for path, _, reason in conflicts.head(SHOWN).to_numpy()]
        more = len(conflicts) - SHOWN
        rest = f" and {more} more, which `prepare` lists in plots/left_out.csv" if more > 0 else ""
        raise PipelineError(
            "equal files must have one label and lie in one part: mend or remove them, "
            "or go on without them by data.conflicts=leave_out",
            f"{len(conflicts)}: {', '.join(first)}{rest}",
        )
    return index.drop(conflicts.index)


def _conflicts(copies: pd.DataFrame, classes: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Which of some equal files conflict, by their rows, and why."""
    if copies["label"].nunique() > 1:
        for row, label in zip(copies.index, copies["label"], strict=True):
            other = copies[copies["label"] != label].iloc[0]
            yield row, f"equal to {other['path']} of class {classes[other['label']]}"
    elif "split" in copies:
        rank = copies["split"].map(PARTS.index)
        last = copies.iloc[rank.argmax()]
        for row in copies.index[rank < rank.max()]:
            yield row, f"equal to {last['path']} of part {last['split']}"
