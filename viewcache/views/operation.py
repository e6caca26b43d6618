"""What an operation is: its parameters, how it is drawn, and what it does to a picture."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from viewcache.ground.params.policy import Policy

FIRST = ("",)
"""The numbers that the operations of version 0.1 share, each having places of its own."""
TRIES = 10
"""Of a random rectangle, as in torchvision."""


class Field(NamedTuple):
    """A column of a plan.

    Attributes:
        neutral: The value that changes nothing.
    """

    name: str
    dtype: str
    neutral: Any


class Operation:
    """One way in which views vary: a kind of `Geometry`, or of `Pixels`.

    Attributes:
        parameters: Their names in `augment`.
        fields: What is drawn for each image.
        streams: Names of the random numbers that it is drawn from, 16 each; nobody else's.
        version: Raised whenever the same fields give other pixels.
    """

    parameters: ClassVar[tuple[str, ...]]
    fields: ClassVar[tuple[Field, ...]]
    streams: ClassVar[tuple[str, ...]]
    version: ClassVar[int | str] = 1

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        """A column for each field.

        Args:
            chance: Random numbers in [0, 1), 16 of each stream: float64, shape (images,) each.
        """
        raise NotImplementedError

    def is_in(self, plan: np.ndarray) -> bool:
        """Whether a plan has its fields."""
        return self.fields[0].name in (plan.dtype.names or ())

    def changes(self, plan: np.ndarray) -> np.ndarray:
        """Which images it changes: bool, shape (images,)."""
        return np.any([plan[field.name] != field.neutral for field in self.fields], axis=0)


class Geometry(Operation):
    """An operation that moves pixels: all of them are multiplied into one map, sampled once.

    Attributes:
        samples: Whether it does more than permute pixels.
    """

    samples: ClassVar[bool] = True

    def matrix(self, plan: np.ndarray, side: int) -> np.ndarray:
        """From a pixel (x, y, 1) of a view to where it comes from, about the image's centre.

        Returns:
            float64, shape (images, 3, 3).
        """
        raise NotImplementedError


class Pixels(Operation):
    """An operation on a view's pixels."""

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        """The changed pixels: uint8, shape (side, side, 3), as those of the view are.

        Args:
            row: Of the plan.
        """
        raise NotImplementedError


def symmetric(chance: np.ndarray, limit: float) -> np.ndarray:
    """Numbers between -limit and limit."""
    return (2 * chance - 1) * limit


def between(chance: np.ndarray, low: float, high: float) -> np.ndarray:
    """Numbers between low and high."""
    return low + (high - low) * chance


def seeds(chance: np.ndarray) -> np.ndarray:
    """Seeds of generators: uint32."""
    return (chance * 2.0**32).astype(np.uint32)


def rectangles(
    chance: Sequence[np.ndarray], areas: tuple[float, float], aspects: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of `TRIES` rectangles, areas drawn uniformly and aspects by logarithm, the first that fits.

    Args:
        chance: Two numbers a try.
        areas, aspects: Least and largest; an aspect is width by height.

    Returns:
        Whether one fits, its width and its height, in sides of the image: shape (images,) each.
    """
    area = between(np.stack(chance[:TRIES]), *areas)
    low, high = np.log(aspects)
    aspect = np.exp(between(np.stack(chance[TRIES : 2 * TRIES]), low, high))
    width, height = np.sqrt(area * aspect), np.sqrt(area / aspect)
    fits = (width < 1) & (height < 1)
    first = fits.argmax(axis=0), np.arange(fits.shape[1])
    return fits[first], width[first], height[first]
