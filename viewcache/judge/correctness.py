"""What every arm names, image by image, and how right that is."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from viewcache.answers.head_answers import HeadAnswers
from viewcache.arms.arm import Arm
from viewcache.judge.sample import Measure

Measured = Literal["clean", "robustness"]
"""View 0 of the test images, or the mean over their random views."""
Correct = dict[Measured, np.ndarray]
"""Of each, float64, shape (seeds, images), in [0, 1]."""


def metrics(measure: Measure) -> dict[Measured, str]:
    """What an arm's figures call a measure of each."""
    return {"clean": measure, "robustness": f"{measure}_augmented"}


class Named(NamedTuple):
    """What the heads of an arm name.

    Every seed answers on the same images, each once, whatever rotation tests it.

    Attributes:
        rows: Of the prepared images: int, shape (images,), ascending.
        classes: int, shape (seeds, views, images): seeds in their order, view 0 first.
    """

    rows: np.ndarray
    classes: np.ndarray


def named_by_arm(heads: Iterable[HeadAnswers]) -> dict[Arm, Named]:
    """Put together what the heads of every arm name, in all rotations."""
    arms: dict[Arm, dict[int, list[HeadAnswers]]] = {}
    for head in heads:
        arms.setdefault(head.arm, {}).setdefault(head.seed, []).append(head)
    return {arm: _named([seeds[seed] for seed in sorted(seeds)]) for arm, seeds in arms.items()}


def correctness(labels: np.ndarray, named: Named) -> Correct:
    """How right an arm's heads are: seeds and images as in `named`.

    Args:
        labels: int, of all prepared images.
    """
    right = (named.classes == labels[named.rows]).astype(np.float64)
    return {"clean": right[:, 0], "robustness": right[:, 1:].mean(axis=1)}


def _named(seeds: list[list[HeadAnswers]]) -> Named:
    """Args: seeds: Heads of every rotation, by seed."""
    rows = [np.concatenate([head.images for head in heads]) for heads in seeds]
    classes = [np.concatenate([head.named for head in heads], axis=1) for heads in seeds]
    in_order = [of[:, np.argsort(own)] for of, own in zip(classes, rows, strict=True)]
    return Named(np.sort(rows[0]), np.stack(in_order))
