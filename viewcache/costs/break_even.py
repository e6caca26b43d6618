"""What several trainings cost, one after another, where the first pays for what it caches."""

import math

from viewcache.costs.faster import Timed


def seconds_of_trainings(cost: Timed, trainings: int) -> float:
    """Seconds of so many trainings, of which all times are of one machine."""
    assert cost.seconds is not None
    assert cost.further_seconds is not None
    return cost.seconds + (trainings - 1) * cost.further_seconds


def pays_from(cost: Timed, reference: Timed) -> int | None:
    """From which training on a way to train costs no more than another, however many follow.

    None where it never does for good, and where the two were not timed on one machine.
    """
    lead = _less(cost.seconds, reference.seconds)
    gain = _less(reference.further_seconds, cost.further_seconds)
    if lead is None or gain is None or cost.machine != reference.machine:
        return None
    return training_of(lead, gain)


def training_of(lead: float, gain: float) -> int | None:
    """From which training on what was paid more for the first is saved, however many follow.

    Args:
        lead: Seconds by which the first training takes longer than the reference's.
        gain: Seconds that each further one saves.
    """
    return 1 + max(math.ceil(lead / gain), 0) if gain > 0 else None


def _less(seconds: float | None, others: float | None) -> float | None:
    return None if seconds is None or others is None else seconds - others
