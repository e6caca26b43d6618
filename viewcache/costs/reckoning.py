"""All that is known of what a run cost: measured, or predicted where an arm did not run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viewcache.arms.arm import Arm
from viewcache.costs.faster import Span, Speed, Times, Way, faster, seconds_of
from viewcache.costs.ledger import ArmCosts, Load, Training, costs_of_arms, study_seconds
from viewcache.costs.prediction import predicted_end_to_end
from viewcache.ground.params.schema import Params


@dataclass(frozen=True)
class Evidence:
    """All trainings on cached views, whatever their number of views.

    Attributes:
        heads: How many there are on all training images.
        seconds: From images to heads; None where times are of several machines.
        trainings: Of one number of views: every seed in every rotation.
        end_to_end_seconds: What as many trainings end to end take, by the way to do it:
            extrapolated from the ones that ran, or predicted. Without ways timed elsewhere.
    """

    heads: int
    seconds: float | None
    trainings: int
    end_to_end_seconds: dict[Way, float]


@dataclass(frozen=True)
class Reckoning:
    """What the arms cost.

    Attributes:
        speeds: Of each arm on cached views.
        evidence: Of all trainings on cached views together.
        predicted: The ways to train end to end that did not run: their seconds are the plan's.
    """

    costs: dict[Arm, ArmCosts]
    speeds: dict[Arm, dict[Span, Speed]]
    evidence: Evidence
    predicted: list[Way]


def reckon(params: Params, arms: Sequence[Arm], training: Training, load: Load) -> Reckoning:
    """Put together what the stages measured."""
    costs = costs_of_arms(arms, training, load)
    measured, predicted = _measured(costs), predicted_end_to_end(params)
    end_to_end = predicted | measured
    speeds = {
        arm: faster(cost, cost.study_seconds, end_to_end, len(arm.trainings))
        for arm, cost in costs.items()
        if not arm.fresh
    }
    unmeasured = [way for way in predicted if way not in measured]
    return Reckoning(costs, speeds, evidence_of(costs, end_to_end, training, load), unmeasured)


def evidence_of(
    costs: Mapping[Arm, ArmCosts], end_to_end: Mapping[Way, Times], training: Training, load: Load
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
    here = {way: cost for way, cost in end_to_end.items() if {cost.machine} == machines}
    theirs = {way: seconds_of(cost, trainings)["study"] for way, cost in here.items()}
    return Evidence(
        training.heads,
        study_seconds(arms, training, load) if known else None,
        trainings,
        {way: seconds for way, seconds in theirs.items() if seconds is not None},
    )


def _measured(costs: Mapping[Arm, ArmCosts]) -> dict[Way, Times]:
    """Every way to train end to end that ran."""
    ways: dict[Way, Times] = {arm.kind: cost for arm, cost in costs.items() if arm.fresh}
    for arm, cost in costs.items():
        if arm.fresh and arm.kind == "compiled":
            ways["originals_kept"] = cost.originals_kept
    return ways
