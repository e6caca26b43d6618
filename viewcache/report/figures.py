"""The figures of every arm, as `metrics.json` has them under `arms`."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from viewcache.arms.arm import Arm
from viewcache.costs.ledger import ArmCosts
from viewcache.costs.speedup import Speedup
from viewcache.costs.unused import Unused

Arms = Mapping[str, Mapping[str, Any]]
"""From the name of an arm to its figures."""


def figures_of_arms(
    runs: pd.DataFrame,
    costs: Mapping[Arm, ArmCosts],
    unused: Mapping[Arm, Unused],
    limits: Mapping[Arm, Mapping[str, float]],
    speedups: Mapping[Arm, Speedup],
) -> dict[str, dict[str, Any]]:
    """All that is known of each arm.

    Args:
        runs: One row an arm and seed: `arm`, `seed`, and metrics, of which means are taken.
        limits: Of the metrics' intervals.
    """
    means = runs.drop(columns="seed").groupby("arm").mean().to_dict("index")
    return {
        arm.name: {
            "budget": arm.budget,
            "kind": arm.kind,
            "seeds": len(arm.seeds),
            **{str(name): float(mean) for name, mean in means[arm.name].items()},
            **asdict(costs[arm]),
            **asdict(unused[arm]),
            **limits[arm],
            **asdict(speedups[arm]),
        }
        for arm in costs
    }


def cached_arms(arms: Arms) -> list[str]:
    """Names of the arms on cached views, the fewest first."""
    budgets = {name: arm["budget"] for name, arm in arms.items() if arm["budget"] is not None}
    return sorted(budgets, key=budgets.__getitem__)


def end_to_end_arms(arms: Arms) -> list[str]:
    """Names of the arms that render every epoch's views afresh; by hand in Keras first."""
    return [name for name, arm in arms.items() if arm["budget"] is None]
