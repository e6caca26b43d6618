"""How right every arm is, image by image."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.heads.metrics import predicted_classes

Measured = Literal["clean", "robustness"]
"""View 0 of the test images, or the mean over their random views."""
Correct = dict[Measured, np.ndarray]
"""Of each, float64, shape (seeds, images), in [0, 1]."""


class FoldAnswers(NamedTuple):
    """What a head answers on the images that its rotation tests.

    Attributes:
        rows: int, shape (images,), of the index.
        logits: float32, shape (views, images, 1 or classes); row 0 is of view 0, the others of
            random views.
    """

    arm: Arm
    seed: int
    rows: np.ndarray
    logits: np.ndarray


def correctness(labels: np.ndarray, answers: Iterable[FoldAnswers]) -> dict[Arm, Correct]:
    """For each arm, how right its heads are.

    Every seed of an arm answers on the same images, each once, whatever rotation tests it.

    Args:
        labels: int, shape (all images,), in the order of the index.

    Returns:
        Tables with seeds in their order, and images in that of the index.
    """
    parts: dict[Arm, dict[int, list[FoldAnswers]]] = {}
    for answer in answers:
        parts.setdefault(answer.arm, {}).setdefault(answer.seed, []).append(answer)
    return {
        arm: _by_measure(np.stack([_right(labels, seeds[seed]) for seed in sorted(seeds)]))
        for arm, seeds in parts.items()
    }


def _right(labels: np.ndarray, rotations: list[FoldAnswers]) -> np.ndarray:
    """Of one seed: float64, shape (views, images)."""
    rows = np.concatenate([part.rows for part in rotations])
    right = [
        [predicted_classes(view) == labels[part.rows] for view in part.logits] for part in rotations
    ]
    return np.concatenate(right, axis=1, dtype=np.float64)[:, np.argsort(rows)]


def _by_measure(right: np.ndarray) -> Correct:
    return {"clean": right[:, 0], "robustness": right[:, 1:].mean(axis=1)}
