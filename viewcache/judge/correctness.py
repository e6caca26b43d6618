"""How right every arm is, image by image."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from viewcache.arms.arm import TrainedHead
from viewcache.heads.metrics import predicted_classes
from viewcache.judge.statistics import accuracy_interval

Correct = dict[str, np.ndarray]
"""For each name in METRICS: float64, shape (seeds, images), in [0, 1]."""
METRICS = {"clean": "test_accuracy", "robustness": "test_accuracy_augmented"}
"""What is decided on, and the metric that it is the mean of."""


def correctness(labels: np.ndarray, logits: Mapping[TrainedHead, np.ndarray]) -> dict[str, Correct]:
    """For each arm, how right its heads are, in the order of their seeds.

    Args:
        labels: int, shape (images,).
        logits: Of each head, shape (views, images, 1 or classes). View 0 is the clean one; over
            the others, which are random, robustness is the mean.
    """
    arms: dict[str, list[np.ndarray]] = {}
    for trained in sorted(logits, key=lambda trained: trained.seed):
        right = [predicted_classes(view) == labels for view in logits[trained]]
        arms.setdefault(trained.arm, []).append(np.array(right, dtype=np.float64))
    tables = {arm: np.stack(heads) for arm, heads in arms.items()}
    return {
        arm: {"clean": table[:, 0], "robustness": table[:, 1:].mean(axis=1)}
        for arm, table in tables.items()
    }


def carry_over(
    correct: dict[str, Correct], stand_in: str | None, end_to_end: str
) -> dict[str, Correct]:
    """Let the arm that trains end-to-end's very heads, on more seeds, speak for end-to-end.

    Args:
        stand_in: The name of that arm, if there is one.
        end_to_end: The name of the arm that it speaks for.
    """
    if stand_in is None:
        return correct
    return {
        arm: correct[stand_in] if arm == end_to_end else tables for arm, tables in correct.items()
    }


def intervals(correct: dict[str, Correct]) -> dict[str, dict[str, Any]]:
    """For each arm, `<metric>_low` and `<metric>_high` of the metrics in METRICS."""
    return {
        arm: {
            f"{METRICS[on]}_{end}": asdict(accuracy_interval(table))[end]
            for on, table in tables.items()
            for end in ("low", "high")
        }
        for arm, tables in correct.items()
    }
