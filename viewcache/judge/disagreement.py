"""Test images that the arms disagree on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Named


class Majority(NamedTuple):
    """What most seeds of an arm name, the first class of equals, and the share of them that do.

    Attributes:
        classes: int, shape (images,).
        shares: float64, shape (images,), in (0, 1].
    """

    classes: np.ndarray
    shares: np.ndarray


@dataclass(frozen=True)
class Disagreement:
    """On which test images, as they are, the arms give different answers.

    Attributes:
        images: Number of test images.
        share: Of them, on how many not every arm gives the same answer, by most of its seeds.
        between: The two arms of the fewest and of the most views.
        rows: Of the prepared images: those on which the shares of right seeds of the two differ,
            by how much.
        answers: Of each arm, to these images.
    """

    images: int
    share: float
    between: tuple[Arm, Arm]
    rows: np.ndarray
    answers: dict[Arm, Majority]


def find_disagreement(named: Mapping[Arm, Named], labels: np.ndarray) -> Disagreement:
    """Find the images on which augmentation changes most.

    Args:
        named: By arms on cached views, the fewest views first; of the same images.
        labels: int, of all prepared images.
    """
    arms = list(named)
    between = arms[0], arms[-1]
    rows = named[arms[0]].rows
    majorities = {arm: _majority(of.classes[:, 0]) for arm, of in named.items()}
    first, *others = (majority.classes for majority in majorities.values())
    few, many = ((named[arm].classes[:, 0] == labels[rows]).mean(axis=0) for arm in between)
    gap = np.abs(few - many)
    shown = np.argsort(-gap, kind="stable")[: np.count_nonzero(gap)]
    return Disagreement(
        len(rows),
        float(np.any([other != first for other in others], axis=0).mean()),
        between,
        rows[shown],
        {arm: Majority(of.classes[shown], of.shares[shown]) for arm, of in majorities.items()},
    )


def _majority(named: np.ndarray) -> Majority:
    """Args: named: int, shape (seeds, images)."""
    counts = np.stack([(named == one).sum(axis=0) for one in range(int(named.max()) + 1)])
    return Majority(counts.argmax(axis=0), counts.max(axis=0) / len(named))
