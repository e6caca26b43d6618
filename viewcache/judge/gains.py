"""What training the layers above a cut brings, over the same views with all layers frozen."""

from collections.abc import Mapping

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.decisions import Comparison, hold
from viewcache.judge.sample import Sample

Gains = dict[Measured, Comparison]


def gains_of_tuning(
    tuned: Mapping[Arm, Correct], frozen: Mapping[Arm, Correct], sample: Sample, margin: float
) -> dict[Arm, Gains]:
    """Hold every arm on cached views to the one of as many, whose layers stayed as they were.

    On the seeds that both have; a single one is held to all of the other's, see
    `difference_interval`.

    Args:
        margin: In (0, 1): the loss of accuracy that counts as none.
    """
    by_budget = {arm.budget: arm for arm in frozen}
    return {
        arm: _gains((arm, table), by_budget[arm.budget], frozen, sample, margin)
        for arm, table in tuned.items()
        if arm.budget is not None
    }


def with_spread(tuned: Correct, frozen: Correct) -> Correct:
    """Tables of a single seed as of several that differ as those of frozen layers do.

    Their means stay as they are, and have intervals.
    """
    return {
        on: table if len(table) > 1 else table + frozen[on] - frozen[on].mean(axis=0)
        for on, table in tuned.items()
    }


def _gains(
    one: tuple[Arm, Correct],
    reference: Arm,
    frozen: Mapping[Arm, Correct],
    sample: Sample,
    margin: float,
) -> Gains:
    arm, table = one
    seeds = sorted(reference.seeds)
    rows = [seeds.index(seed) for seed in sorted(arm.seeds)]
    matched = rows if len(rows) > 1 else slice(None)
    return {
        on: hold((arm, table[on]), (reference, frozen[reference][on][matched]), on, sample, margin)
        for on in table
    }
