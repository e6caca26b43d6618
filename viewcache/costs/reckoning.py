"""All that is known of what a run cost: measured, or predicted where an arm did not run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viewcache.arms.arm import Arm
from viewcache.costs.evidence import Evidence, evidence
from viewcache.costs.faster import Faster, Timed, Way, faster
from viewcache.costs.ledger import ArmCosts, Load, Training, costs_of_arms
from viewcache.costs.prediction import predicted_end_to_end
from viewcache.ground.params.schema import Params


@dataclass(frozen=True)
class Reckoning:
    """What the arms cost.

    Attributes:
        faster: Of each arm on cached views.
        evidence: Of all trainings on cached views together.
        predicted: The ways to train end to end that did not run: their seconds are the plan's.
    """

    costs: dict[Arm, ArmCosts]
    faster: dict[Arm, Faster]
    evidence: Evidence
    predicted: list[Way]


def reckon(params: Params, arms: Sequence[Arm], training: Training, load: Load) -> Reckoning:
    """Put together what the stages measured."""
    costs = costs_of_arms(arms, training, load)
    measured, predicted = _measured(costs), predicted_end_to_end(params)
    end_to_end = predicted | measured
    return Reckoning(
        costs,
        {
            arm: faster(cost, cost.study_seconds, end_to_end, len(arm.trainings))
            for arm, cost in costs.items()
            if not arm.fresh
        },
        evidence(costs, end_to_end, training, load),
        [way for way in predicted if way not in measured],
    )


def _measured(costs: Mapping[Arm, ArmCosts]) -> dict[Way, Timed]:
    """Every way to train end to end that ran."""
    ways: dict[Way, Timed] = {}
    for arm, cost in costs.items():
        if arm.fresh:
            ways[arm.kind] = cost
            if arm.kind == "compiled":
                ways["originals_kept"] = cost.originals_kept
    return ways
