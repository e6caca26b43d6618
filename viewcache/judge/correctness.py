"""How right every arm is, image by image."""

from collections.abc import Iterable
from typing import Literal

import numpy as np

from viewcache.answers.head_answers import HeadAnswers
from viewcache.arms.arm import Arm

Measured = Literal["clean", "robustness"]
"""View 0 of the test images, or the mean over their random views."""
Correct = dict[Measured, np.ndarray]
"""Of each, float64, shape (seeds, images), in [0, 1]."""
METRICS: dict[Measured, str] = {"clean": "accuracy", "robustness": "accuracy_augmented"}
"""The metric that each is the mean of."""


def correctness(labels: np.ndarray, heads: Iterable[HeadAnswers]) -> dict[Arm, Correct]:
    """For each arm, how right its heads are.

    Every seed of an arm answers on the same images, each once, whatever rotation tests it.

    Args:
        labels: int, of all prepared images.

    Returns:
        Tables with seeds in their order, and the tested images in that of the prepared ones.
    """
    parts: dict[Arm, dict[int, list[HeadAnswers]]] = {}
    for head in heads:
        parts.setdefault(head.arm, {}).setdefault(head.seed, []).append(head)
    return {
        arm: _by_measure(np.stack([_right(labels, seeds[seed]) for seed in sorted(seeds)]))
        for arm, seeds in parts.items()
    }


def _right(labels: np.ndarray, heads: list[HeadAnswers]) -> np.ndarray:
    """Of one seed: float64, shape (views, images)."""
    right = [head.named == labels[head.images] for head in heads]
    order = np.argsort(np.concatenate([head.images for head in heads]))
    return np.concatenate(right, axis=1, dtype=np.float64)[:, order]


def _by_measure(right: np.ndarray) -> Correct:
    return {"clean": right[:, 0], "robustness": right[:, 1:].mean(axis=1)}
