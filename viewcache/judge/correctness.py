"""How right every arm is, image by image."""

from collections.abc import Mapping, Sequence

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.arms.trained import TestedHead
from viewcache.heads.metrics import predicted_classes
from viewcache.judge.statistics import accuracy_interval

Correct = dict[str, np.ndarray]
"""For each name in METRICS: float64, shape (seeds, images), in [0, 1]."""
METRICS = {"clean": "test_accuracy", "robustness": "test_accuracy_augmented"}
"""What is decided on, and the metric that it is the mean of."""


def correctness(labels: np.ndarray, tested: Sequence[TestedHead]) -> dict[Arm, Correct]:
    """For each arm, how right its heads are, in the order of their seeds.

    View 0 is the clean one; over the others, which are random, robustness is the mean.

    Args:
        labels: int, shape (images,).
    """
    arms: dict[Arm, list[np.ndarray]] = {}
    for head in sorted(tested, key=lambda head: head.seed):
        right = [predicted_classes(view) == labels for view in head.logits]
        arms.setdefault(head.arm, []).append(np.array(right, dtype=np.float64))
    tables = {arm: np.stack(heads) for arm, heads in arms.items()}
    return {
        arm: {"clean": table[:, 0], "robustness": table[:, 1:].mean(axis=1)}
        for arm, table in tables.items()
    }


def carry_over(
    correct: Mapping[Arm, Correct], twin: Arm | None, end_to_end: Arm
) -> dict[Arm, Correct]:
    """Let the arm that trains end-to-end's very heads, on more seeds, speak for end-to-end."""
    if twin is None:
        return dict(correct)
    return {arm: correct[twin] if arm == end_to_end else tables for arm, tables in correct.items()}


def intervals(correct: Mapping[Arm, Correct]) -> dict[Arm, dict[str, float]]:
    """For each arm, `<metric>_low` and `<metric>_high` of the metrics in METRICS."""
    return {arm: _limits(tables) for arm, tables in correct.items()}


def _limits(tables: Correct) -> dict[str, float]:
    limits: dict[str, float] = {}
    for on, table in tables.items():
        interval = accuracy_interval(table)
        limits |= {f"{METRICS[on]}_low": interval.low, f"{METRICS[on]}_high": interval.high}
    return limits
