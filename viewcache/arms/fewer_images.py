"""Trainings on fewer images, from which follows what more of them bring."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from viewcache.arms.arm import Arm, cached
from viewcache.ground.params.schema import Train
from viewcache.images.folds import Rotation, open_smaller_rotations

DIVISORS = (4, 2, 1)
"""Of the training images a quarter, a half, and all."""


def open_sizes(parts: Path, settings: Train, labels: np.ndarray) -> dict[Arm, list[Rotation]]:
    """The fewest and the most views on each number of images, and the rotations of that number.

    One seed each, since what differs is compared on the same. A number of which some rotation lacks
    a class is left out.

    Args:
        parts: The file that tells which part every image plays.
        labels: Of all prepared images.
    """
    sizes = {divisor: open_smaller_rotations(parts, divisor) for divisor in DIVISORS}
    return {
        arm: rotations
        for divisor, rotations in sizes.items()
        if _has_every_class(rotations, labels)
        for arm in _arms(settings, rotations, divisor)
    }


def _has_every_class(rotations: list[Rotation], labels: np.ndarray) -> bool:
    classes = len(np.unique(labels))
    return all(len(np.unique(labels[rotation.train])) == classes for rotation in rotations)


def _arms(settings: Train, rotations: list[Rotation], divisor: int) -> list[Arm]:
    budgets = min(settings.budgets), max(settings.budgets)
    arms = [cached(budget, settings.seeds[:1], range(len(rotations))) for budget in budgets]
    return [replace(arm, divisor=divisor) for arm in arms]
