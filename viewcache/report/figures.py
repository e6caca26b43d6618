"""The figures of every arm, as `results.json` has them under `arms`."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from viewcache.arms.arm import Arm
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
) -> dict[str, dict[str, Any]]:
    """All that is known of each arm.

    An arm whose trainings were cut short has costs alone. Accuracies of arms that tested all images
    are estimates over these, with intervals where there is more than one seed; of end to end, which
    has few trainings, they are means over its own.

    Args:
        runs: One row a head: `arm`, `seed`, `rotation`, and metrics, of which means are taken.
    """
    means = runs.drop(columns=["seed", "rotation"]).groupby("arm").mean().to_dict("index")
    return {
        arm.name: {
            "role": arm.role,
            "budget": None if arm.fresh else arm.random_views,
            "kind": arm.kind,
            "originals": arm.course.originals,
            "seeds": len(arm.seeds),
            "rotations": len(arm.rotations),
            "epochs": arm.course.epochs,
            **{str(name): float(mean) for name, mean in means.get(arm.name, {}).items()},
            **({} if arm.fresh else _own(correct[arm], sample)),
            **asdict(cost),
        }
        for arm, cost in reckoned.costs.items()
    }


def cached_arms(arms: Arms) -> list[str]:
    """Names of the arms that may be recommended, the fewest views first."""
    return [name for name, arm in arms.items() if arm["role"] == "cached"]


def end_to_end_arms(arms: Arms) -> list[str]:
    """Names of the arms that render every epoch's views afresh; by hand in Keras first."""
    return [name for name, arm in arms.items() if arm["role"] == "end_to_end"]


def _own(correct: Correct, sample: Sample) -> dict[str, float]:
    """Estimates over all test images, and their intervals where there are any."""
    figures: dict[str, float] = {}
    for on, table in correct.items():
        name, interval = METRICS[on], accuracy_interval(table, sample)
        figures[name] = sample.estimate(table)
        if interval is not None:
            figures |= {f"{name}_low": interval.low, f"{name}_high": interval.high}
    return figures
