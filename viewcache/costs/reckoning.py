"""All that is known of what a run cost: measured, or predicted where an arm did not run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from viewcache.arms.arm import Arm, Kind
from viewcache.costs.evidence import Evidence, evidence
from viewcache.costs.faster import Faster, Timed, faster
from viewcache.costs.ledger import (
    ArmCosts,
    Load,
    Training,
    costs_of_arms,
)
from viewcache.costs.prediction import predicted_end_to_end
from viewcache.costs.unused import Unused, unused_of_arms
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
    unused: dict[Arm, Unused]
    faster: dict[Arm, Faster]
    evidence: Evidence
    predicted: list[Kind]


def reckon(
    params: Params,
    arms: Sequence[Arm],
    runs: pd.DataFrame,
    training: Training,
    load: Load,
) -> Reckoning:
    """Put together what the stages measured.

    Args:
        runs: One row a head: `arm`, `seed`, and `epochs`, how many were run.
    """
    of_arm = {arm: runs[runs["arm"] == arm.name] for arm in arms}
    means = {arm: float(own["epochs"].mean()) for arm, own in of_arm.items()}
    most = {
        arm: {seed: int(own.loc[own["seed"] == seed, "epochs"].max()) for seed in arm.seeds}
        for arm, own in of_arm.items()
    }
    costs = costs_of_arms(arms, training, means, load)
    measured: dict[Kind, Timed] = {
        arm.kind: cost for arm, cost in costs.items() if arm.budget is None
    }
    predicted = predicted_end_to_end(params)
    return Reckoning(
        costs,
        unused_of_arms(most, training.random_views, load),
        _speeds(costs, predicted | measured),
        evidence(costs, predicted | measured, training, load),
        [kind for kind in predicted if kind not in measured],
    )


def _speeds(costs: Mapping[Arm, ArmCosts], end_to_end: Mapping[Kind, Timed]) -> dict[Arm, Faster]:
    return {
        arm: faster(cost, cost.study_seconds, end_to_end, len(arm.trainings))
        for arm, cost in costs.items()
        if arm.budget is not None
    }
