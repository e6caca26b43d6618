"""How test images were sampled, and what is averaged over them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np

Measure = Literal["accuracy", "balanced_accuracy"]


@dataclass(frozen=True)
class Sample:
    """The test images behind the columns of a table of scores, float64, shape (seeds, images).

    What is sampled is called a unit: a group of images where there are groups, else an image.
    A balanced accuracy, and a mean over groups of unequal sizes, are ratios of sums over units.
    They are linearized (Taylor; Särndal, Swensson and Wretman 1992, 5.5): each unit is given the
    influence that it has on the estimate.

    Attributes:
        labels: int, shape (images,).
        groups: int, shape (images,); None where every image was sampled by itself.
        measure: `balanced_accuracy` is the mean over classes of the mean within the class.
    """

    labels: np.ndarray
    groups: np.ndarray | None = None
    measure: Measure = "accuracy"

    @property
    def images(self) -> int:
        return len(self.labels)

    @property
    def units(self) -> int:
        return int(self._unit.max()) + 1

    @cached_property
    def unit_weights(self) -> np.ndarray:
        """What the units count for: float64, shape (units,); their mean is 1."""
        return self.shares(np.ones((1, self.images)))[0]

    @property
    def effective_images(self) -> float:
        """How many images of equal weight would tell as much (Kish 1965)."""
        return self.images / float((self._weights**2).mean())

    @property
    def is_spread(self) -> bool:
        """Whether every mean is over more than one unit: else its variance is not to be known."""
        return bool((self._leverage < 1).all())

    def estimate(self, table: np.ndarray) -> float:
        return float((self._weights * table).mean())

    def shares(self, table: np.ndarray) -> np.ndarray:
        """What each unit adds: float64, shape (seeds, units). Their mean is the estimate."""
        weighted = self._weights * table * self.units / self.images
        return np.stack([np.bincount(self._unit, row, self.units) for row in weighted])

    def influences(self, table: np.ndarray) -> np.ndarray:
        """The linearized scores of units: float64, shape (seeds, units).

        A row's mean is the estimate of that seed.
        """
        return self.shares(table - self._means(table)) + self.estimate(table)

    def deviations(self, table: np.ndarray) -> np.ndarray:
        """Influences of the mean over seeds, less the estimate: float64, shape (units,).

        Each is divided by the root of one minus its leverage, since a unit draws the mean that it
        is held to towards itself (CR2 of Bell and McCaffrey 2002). Without groups, their mean
        square is the unbiased variance.
        """
        mean = table.mean(axis=0, keepdims=True)
        return self.shares((mean - self._means(mean)) / (1 - self._leverage) ** 0.5)[0]

    def at(self, rows: np.ndarray) -> Self:
        """The sample of some of the images."""
        groups = None if self.groups is None else self.groups[rows]
        return type(self)(self.labels[rows], groups, self.measure)

    def _means(self, table: np.ndarray) -> np.ndarray:
        """For each image the mean, over images and seeds, that it is a part of."""
        sums = np.bincount(self._stratum, table.mean(axis=0))
        return (sums / np.bincount(self._stratum))[self._stratum]

    @cached_property
    def _unit(self) -> np.ndarray:
        units = np.arange(self.images) if self.groups is None else self.groups
        return np.unique(units, return_inverse=True)[1]

    @cached_property
    def _stratum(self) -> np.ndarray:
        """What means are taken within: the class, or all images together."""
        balanced = self.measure == "balanced_accuracy"
        classes = self.labels if balanced else np.zeros(self.images)
        return np.unique(classes, return_inverse=True)[1]

    @cached_property
    def _weights(self) -> np.ndarray:
        sizes = np.bincount(self._stratum)
        return self.images / len(sizes) / sizes[self._stratum]

    @cached_property
    def _leverage(self) -> np.ndarray:
        """For each image, the share of its stratum that its unit makes up."""
        cells = self._unit * (self._stratum.max() + 1) + self._stratum
        _, cell, sizes = np.unique(cells, return_inverse=True, return_counts=True)
        return sizes[cell] / np.bincount(self._stratum)[self._stratum]
