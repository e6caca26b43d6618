"""What the evidence cost, and what training end to end would have paid for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from viewcache.arms.arm import Arm
from viewcache.costs.faster import Timed, Way, study_of
from viewcache.costs.ledger import ArmCosts, Load, Training, study_seconds


@dataclass(frozen=True)
class Evidence:
    """All trainings on cached views, whatever their number of views.

    Attributes:
        heads: How many there are on all training images.
        seconds: From images to heads; None where times are of several machines.
        trainings: Of one number of views: every seed in every rotation.
        end_to_end_seconds: What so many trainings end to end take, by the way to do it:
            extrapolated from those that ran, or predicted. Without what was timed elsewhere.
    """

    heads: int
    seconds: float | None
    trainings: int
    end_to_end_seconds: dict[Way, float]


def evidence(
    costs: Mapping[Arm, ArmCosts],
    end_to_end: Mapping[Way, Timed],
    training: Training,
    load: Load,
) -> Evidence:
    """Put together what the study cost, beside what it would have cost.

    Args:
        costs: Of every arm.
        end_to_end: Measured or predicted.
    """
    arms = [arm for arm in costs if arm.trains_on_cache]
    trainings = max((len(arm.trainings) for arm in arms), default=0)
    machines = {costs[arm].machine for arm in arms}
    known = len(machines) == 1 and all(costs[arm].seconds is not None for arm in arms)
    theirs = {
        way: study_of(cost, trainings)
        for way, cost in end_to_end.items()
        if {cost.machine} == machines
    }
    return Evidence(
        training.heads,
        study_seconds(arms, training, load) if known else None,
        trainings,
        {way: seconds for way, seconds in theirs.items() if seconds is not None},
    )
