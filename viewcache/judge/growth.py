"""What more training images bring: accuracy against their number, and a guess at twice as many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.images.folds import Rotation
from viewcache.judge.correctness import METRICS, Correct, Measured
from viewcache.judge.sample import Sample


@dataclass(frozen=True)
class Size:
    """An arm on a number of training images: the mean over rotations."""

    arm: Arm
    images: int
    accuracy: float
    accuracy_augmented: float


@dataclass(frozen=True)
class Growth:
    """What twice as many training images would bring an arm.

    Extrapolated: the error falls as a power of the number of images, fitted to all sizes.

    Attributes:
        gain: Of accuracy; None where no clear trend is seen: the error must have fallen with every
            size, and from the smallest to the largest by more than two standard errors.
    """

    arm: Arm
    on: Measured
    gain: float | None


class Grown(NamedTuple):
    """Arms on several numbers of training images, and what would follow."""

    sizes: list[Size]
    growths: list[Growth]


def grow(
    tables: Mapping[Arm, Correct], rotations: Mapping[Arm, Sequence[Rotation]], sample: Sample
) -> Grown:
    """Accuracy by number of training images, and what twice as many would bring.

    Args:
        tables: Of arms on each number of images, with one seed.
        rotations: That each was trained in.
    """
    sizes = [
        Size(
            arm,
            round(np.mean([len(rotation.train) for rotation in rotations[arm]])),
            **{METRICS[on]: sample.estimate(table) for on, table in correct.items()},
        )
        for arm, correct in tables.items()
    ]
    by_budget: dict[int | None, list[Size]] = {}
    for size in sorted(sizes, key=lambda size: size.images):
        by_budget.setdefault(size.arm.budget, []).append(size)
    growths = [
        Growth(of[-1].arm, on, _gain(on, of, tables, sample))
        for of in by_budget.values()
        for on in METRICS
    ]
    return Grown(sizes, growths)


def _gain(
    on: Measured, sizes: Sequence[Size], tables: Mapping[Arm, Correct], sample: Sample
) -> float | None:
    errors = np.array([1 - getattr(size, METRICS[on]) for size in sizes])
    gained = tables[sizes[-1].arm][on] - tables[sizes[0].arm][on]
    falls = len(sizes) > 1 and bool((np.diff(errors) < 0).all())
    if not falls or errors[-1] == 0 or not _is_beyond_chance(gained, sample):
        return None
    images = np.array([size.images for size in sizes])
    slope, _ = np.polyfit(np.log(images), np.log(errors), 1)
    return float(errors[-1] * (1 - 2**slope))


def _is_beyond_chance(difference: np.ndarray, sample: Sample) -> bool:
    """Whether a difference, float64, shape (1, images), is above two standard errors."""
    influences = sample.influences(difference)[0]
    return influences.mean() > 2 * influences.std(ddof=1) / len(influences) ** 0.5
