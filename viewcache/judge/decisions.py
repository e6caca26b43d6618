"""Arms held to each other: differences with their intervals, and what is known by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import (
    Interval,
    Needed,
    difference_interval,
    differences_by_fold,
    what_would_decide,
)

Effect = Literal["help", "harmless", "harm", "open"]
"""What is known of a difference. What helps is harmless too, and is called a help."""


@dataclass(frozen=True)
class Difference:
    """What is known of a difference.

    Attributes:
        difference: Of an accuracy minus that of a reference.
        interval: None where neither has more than one seed.
        margin: The loss of accuracy that counts as none.
        needed: What would tell whether the loss is within the margin; None where that is known, or
            where there is no interval.
    """

    difference: float
    interval: Interval | None
    margin: float
    needed: Needed | None = None

    @property
    def is_gain(self) -> bool:
        """Whether the difference is known to be a gain."""
        return self.interval is not None and self.interval.low > 0

    @property
    def is_loss(self) -> bool:
        """Whether the difference is known to be a loss."""
        return self.interval is not None and self.interval.high < 0

    @property
    def effect(self) -> Effect:
        if self.interval is None:
            return "open"
        if self.interval.low > 0:
            return "help"
        if self.interval.low > -self.margin:
            return "harmless"
        return "harm" if self.interval.high < -self.margin else "open"


@dataclass(frozen=True, kw_only=True)
class Comparison(Difference):
    """An arm held to a reference, `on` clean images or under random views."""

    arm: Arm
    reference: Arm
    on: Measured


def compare(
    tables: Mapping[Arm, Correct], sample: Sample, margin: float
) -> dict[tuple[Arm, Arm, Measured], Comparison]:
    """Hold every cached arm to the one of most views, the twin, and to `cached_0`.

    Args:
        tables: Of the arms; those that are not on cached views are passed over. At least two are.
        margin: In (0, 1).

    Returns:
        From (arm, reference, on); by the number of views.
    """
    arms = by_views(tables)
    return {
        (arm, reference, on): hold(tables, arm, reference, on, sample, margin)
        for arm in arms
        for reference in (arms[-1], arms[0])
        if arm != reference
        for on in tables[arm]
    }


def effects_by_fold(
    tables: Mapping[Arm, Correct], sample: Sample, folds: np.ndarray
) -> dict[Measured, dict[int, float]]:
    """The twin less `cached_0`, within each fold: a check, since folds are no random factor.

    Args:
        folds: int, shape (images,): the rotation that tests each.
    """
    unaugmented, *_, twin = by_views(tables)
    return {
        on: differences_by_fold(tables[twin][on], tables[unaugmented][on], sample, folds)
        for on in tables[twin]
    }


def by_views(tables: Mapping[Arm, object]) -> list[Arm]:
    """The arms on cached views, the fewest first."""
    return sorted((arm for arm in tables if not arm.fresh), key=lambda arm: arm.random_views)


def hold(
    tables: Mapping[Arm, Correct],
    arm: Arm,
    reference: Arm,
    on: Measured,
    sample: Sample,
    margin: float,
) -> Comparison:
    """Hold an arm to a reference."""
    found = difference_of(tables[arm][on], tables[reference][on], sample, margin)
    return Comparison(**vars(found), arm=arm, reference=reference, on=on)


def difference_of(
    table: np.ndarray, reference: np.ndarray, sample: Sample, margin: float
) -> Difference:
    """What is known of a difference, of tables as for `difference_interval`."""
    difference = sample.estimate(table) - sample.estimate(reference)
    interval = difference_interval(table, reference, sample)
    needed = None
    if interval is not None and interval.holds(-margin):
        needed = what_would_decide(table, reference, sample, -margin)
    return Difference(difference, interval, margin, needed)
