"""What the recommended way is worth on images that had no say in the recommendation.

An accuracy of the best of several arms, measured on the images that chose it, is too high. So the
choice is made anew without each fold, and scored on that fold (nested cross-validation: Stone 1974;
Cawley and Talbot 2010).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.sample import Sample
from viewcache.judge.verdict import OTHER, recommend


@dataclass(frozen=True)
class Choosing:
    """The accuracy of choosing.

    Attributes:
        arms: By fold, what the other folds recommend.
        accuracy: Of these arms, each on its fold: over all images, by measure.
    """

    arms: dict[int, Arm]
    accuracy: dict[Measured, float]


def accuracy_of_choosing(
    tables: Mapping[Arm, Correct],
    sample: Sample,
    folds: np.ndarray,
    margin: float,
    rule: Measured,
) -> Choosing | None:
    """Choose without each fold, and score the choice on it.

    Args:
        tables, margin, rule: As for `recommend`.
        folds: int, shape (images,): the rotation that tests each.

    Returns:
        None of a holdout, which has one fold.
    """
    numbers = np.unique(folds).tolist()
    if len(numbers) == 1:
        return None

    def chosen_without(fold: int) -> Arm:
        kept = folds != fold
        seen = {
            arm: {on: table[:, kept] for on, table in correct.items()}
            for arm, correct in tables.items()
        }
        return recommend(seen, sample.at(kept), margin, rule).arm

    arms = {fold: chosen_without(fold) for fold in numbers}

    def accuracy(on: Measured) -> float:
        """Every image by the arm that its own fold had no say in."""
        own = [(folds == fold) * tables[arm][on].mean(axis=0) for fold, arm in arms.items()]
        return sample.estimate(np.sum(own, axis=0, keepdims=True))

    return Choosing(arms, {on: accuracy(on) for on in OTHER})
