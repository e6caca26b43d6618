"""What several trainings cost, one after another, where the first pays for what it caches."""

import math

from viewcache.costs.faster import Times


def seconds_of_trainings(cost: Times, trainings: int) -> float:
    """Seconds of so many trainings, where all times are of one machine."""
    assert cost.seconds is not None
    assert cost.further_seconds is not None
    return cost.seconds + (trainings - 1) * cost.further_seconds


def pays_from(cost: Times, reference: Times) -> int | None:
    """From which training on a way to train costs no more than another, however many follow.

    None where it never does for good, and where the two were not timed on one machine.
    """
    paid_more = _less(cost.seconds, reference.seconds)
    saved = _less(reference.further_seconds, cost.further_seconds)
    if paid_more is None or saved is None or saved <= 0 or cost.machine != reference.machine:
        return None
    return 1 + max(math.ceil(paid_more / saved), 0)


def _less(seconds: float | None, others: float | None) -> float | None:
    return None if seconds is None or others is None else seconds - others
