"""The figures of every arm, as `results.json` has them under `arms`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from viewcache.arms.arm import Arm
from viewcache.arms.equivalence import Equivalence
from viewcache.costs.reckoning import Reckoning
from viewcache.judge.correctness import METRICS, Correct
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import accuracy_interval

Arms = Mapping[str, Mapping[str, Any]]
"""From the name of an arm to its figures."""


def figures_of_arms(
    runs: pd.DataFrame,
    correct: Mapping[Arm, Correct],
    sample: Sample,
    reckoned: Reckoning,
    equivalences: Sequence[Equivalence],
) -> dict[str, dict[str, Any]]:
    """All that is known of each arm.

    Intervals are of the arm's own heads, which only arms on cached views have enough of; beside the
    accuracies of an arm that trained end to end stand the twin's on the same trainings instead.

    Args:
        runs: One row a head: `arm`, `seed`, `rotation`, and metrics, of which means are taken.
    """
    means = runs.drop(columns=["seed", "rotation"]).groupby("arm").mean().to_dict("index")
    beside = {one.end_to_end: _twin(one) for one in equivalences}
    return {
        arm.name: {
            "budget": arm.budget,
            "kind": arm.kind,
            "seeds": len(arm.seeds),
            "rotations": len(arm.rotations),
            **{str(name): float(mean) for name, mean in means[arm.name].items()},
            **(beside.get(arm, {}) if arm.budget is None else _own(correct[arm], sample)),
            **asdict(cost),
            **asdict(reckoned.unused[arm]),
        }
        for arm, cost in reckoned.costs.items()
    }


def cached_arms(arms: Arms) -> list[str]:
    """Names of the arms on cached views, the fewest first."""
    budgets = {name: arm["budget"] for name, arm in arms.items() if arm["budget"] is not None}
    return sorted(budgets, key=budgets.__getitem__)


def end_to_end_arms(arms: Arms) -> list[str]:
    """Names of the arms that render every epoch's views afresh; by hand in Keras first."""
    return [name for name, arm in arms.items() if arm["budget"] is None]


def _twin(equivalence: Equivalence) -> dict[str, float]:
    return {
        "accuracy_of_twin": equivalence.accuracy_of_twin,
        "accuracy_augmented_of_twin": equivalence.accuracy_augmented_of_twin,
    }


def _own(correct: Correct, sample: Sample) -> dict[str, float]:
    """Estimates over all test images, and their intervals where there are any."""
    figures: dict[str, float] = {}
    for on, table in correct.items():
        name, interval = METRICS[on], accuracy_interval(table, sample)
        figures[name] = sample.estimate(table)
        if interval is not None:
            figures |= {f"{name}_low": interval.low, f"{name}_high": interval.high}
    return figures
