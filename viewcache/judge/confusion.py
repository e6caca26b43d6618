"""What an arm's heads answer to the images of each class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import confusion_matrix

from viewcache.answers.head_answers import HeadAnswers
from viewcache.arms.arm import Arm


@dataclass(frozen=True)
class Confusion:
    """How often an arm takes one class for another, in all its rotations; the mean over its seeds.

    Attributes:
        clean, robustness: float64, shape (classes, classes): a row a true class, a column a class
            that was named; numbers of test images, as they are, and the mean over random views.
    """

    arm: Arm
    clean: np.ndarray
    robustness: np.ndarray

    @property
    def largest_share(self) -> float:
        """Of the test images, the share of the largest class: who names it always is so right."""
        of_classes = self.clean.sum(axis=1)
        return float(of_classes.max() / of_classes.sum())


def confusion_of(arm: Arm, heads: Sequence[HeadAnswers], labels: np.ndarray) -> Confusion:
    """Put together what the heads of an arm answer.

    Args:
        labels: int, of all prepared images; every class is among them.
    """
    classes = np.unique(labels)

    def counts(head: HeadAnswers) -> np.ndarray:
        """By view: int, shape (views, classes, classes)."""
        truth = labels[head.images]
        return np.stack([confusion_matrix(truth, view, labels=classes) for view in head.named])

    by_view = np.sum([counts(head) for head in heads if head.arm == arm], axis=0) / len(arm.seeds)
    return Confusion(arm, by_view[0], by_view[1:].mean(axis=0))


def recall(counts: np.ndarray) -> np.ndarray:
    """Of each class, the share of its images that were named so: float64, shape (classes,)."""
    return counts.diagonal() / counts.sum(axis=1)
