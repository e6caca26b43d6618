"""What an arm's heads answer to the images of each class."""

from dataclasses import dataclass

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Named


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


def confusion_of(arm: Arm, named: Named, labels: np.ndarray) -> Confusion:
    """Put together what the heads of an arm name.

    Args:
        labels: int, of all prepared images; every class is among them.
    """
    classes = int(labels.max()) + 1
    cells = classes * labels[named.rows] + named.classes

    def counts(views: np.ndarray) -> np.ndarray:
        """Of a mean view and seed: float64, shape (classes, classes)."""
        found = np.bincount(views.ravel(), minlength=classes**2).reshape(classes, classes)
        return found / (views.size / len(named.rows))

    return Confusion(arm, counts(cells[:, 0]), counts(cells[:, 1:]))


def recall(counts: np.ndarray) -> np.ndarray:
    """Of each class, the share of its images that were named so: float64, shape (classes,)."""
    return counts.diagonal() / counts.sum(axis=1)


def share_right(counts: np.ndarray) -> float:
    """Of all images, the share that was named right."""
    return float(counts.trace() / counts.sum())
