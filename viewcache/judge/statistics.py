"""How sure test accuracies are: intervals over test images and seeds, and non-inferiority.

Scores stand in a table of seeds and test images, and both are samples: of the heads that might
have been trained and of the images that might have been tested on. A mean over the table varies
with either, so its variance is put together from components of crossed random effects, and its
degrees of freedom are Satterthwaite's (1946). With one seed the interval is of that head.
docs/statistics.md tells the method, its sources, and how often it was right.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from scipy.special import ndtri, stdtrit

LEVEL = 0.95
POWER = 0.8
"""The chance of a decision that the numbers of images and seeds asked for should give."""
MOST_IMAGES, MOST_SEEDS, MOST_TIMES = 1_000_000, 1_000, 1_000
"""Numbers beyond these are not asked for."""

Outcome = Literal["non-inferior", "inferior", "undecided"]


@dataclass(frozen=True)
class Interval:
    """An estimate and its interval at the 95 % level."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Decision:
    """Whether an arm is as good as a reference.

    Attributes:
        outcome: `non-inferior` where the whole interval lies above -margin, `inferior` where it
            lies below, else `undecided`.
        difference: Accuracy of the arm minus that of the reference.
        more_images: How many more test images, with these seeds, would decide with a chance of
            80 % if the difference is as estimated. None where decided, and where none would.
        more_seeds: The same for seeds, with these test images.
        times_both: How many times as many of both would decide.
    """

    outcome: Outcome
    difference: Interval
    more_images: int | None
    more_seeds: int | None
    times_both: int | None


@dataclass(frozen=True)
class _Variation:
    """Components of the variance of scores: of images, of seeds, and of what is left.

    Attributes:
        seeds: Unbiased, so perhaps below 0.
        freedom: Degrees of freedom of the images' component, for each image.
    """

    images: float
    seeds: float
    residual: float
    freedom: float = 1.0

    def of_mean(self, seeds: int, images: int) -> tuple[float, float]:
        """Variance of the mean over a table of that size, and its degrees of freedom."""
        rest = self.residual / seeds / images
        by_images = self.images / images + rest
        by_seeds = max(self.seeds / seeds + rest, 0.0)
        uncertainty = by_images**2 / (self.freedom * images) + by_seeds**2 / max(seeds - 1, 1)
        variance = by_images + max(self.seeds, 0.0) / seeds
        return variance, variance**2 / uncertainty if uncertainty else images - 1


def _variation(scores: np.ndarray) -> _Variation:
    """Two-way analysis of variance without replication."""
    seeds, images = scores.shape
    image_means, seed_means = scores.mean(axis=0), scores.mean(axis=1, keepdims=True)
    of_images = float(image_means.var(ddof=1))
    if seeds == 1:
        return _Variation(of_images, 0.0, 0.0)
    left = scores - image_means - seed_means + scores.mean()
    residual = float((left**2).sum()) / (images - 1) / (seeds - 1)
    of_seeds = float(seed_means.var(ddof=1))
    return _Variation(
        max(of_images - residual / seeds, 0.0), of_seeds - residual / images, residual
    )


def accuracy_interval(correct: np.ndarray) -> Interval:
    """Accuracy over new test images and new seeds.

    Wilson's interval (1927) at the effective sample size, as for proportions in surveys (Franco,
    Little, Louis and Slud 2019): it stays within [0, 1], and covers near 1 too.

    Args:
        correct: float, shape (seeds, images), in [0, 1]: how right each answer is.
    """
    seeds, images = correct.shape
    mean = float(correct.mean())
    variance, freedom = _variation(correct).of_mean(seeds, images)
    effective = mean * (1 - mean) / variance if variance else images
    return Interval(mean, *_wilson_limits(mean, effective, _quantile(freedom)))


def difference_interval(arm: np.ndarray, reference: np.ndarray) -> Interval:
    """Difference of accuracies, arm minus reference, over new test images and new seeds.

    Images are paired, and so are seeds where both have as many. Otherwise the arm's seeds are held
    to the mean of the reference's heads, and the interval is about those very heads.

    Student's interval, but never narrower than one-sided differences would allow: see
    `_Differences.least_variance`.

    Args:
        arm, reference: float, shape (seeds, images), in [0, 1], of the same images in the same
            order, and of the same seeds in the same order where their numbers are equal.
    """
    return _Differences.between(arm, reference).interval()


def non_inferiority(arm: np.ndarray, reference: np.ndarray, margin: float) -> Decision:
    """Decide whether an arm is worse than a reference by less than a margin.

    Args:
        arm, reference: As for `difference_interval`.
        margin: In (0, 1): the loss of accuracy that counts as none.
    """
    differences = _Differences.between(arm, reference)
    interval = differences.interval()
    outcome = _outcome(interval, margin)
    enough = differences.enough(margin) if outcome == "undecided" else (None, None, None)
    return Decision(outcome, interval, *enough)


def _outcome(difference: Interval, margin: float) -> Outcome:
    if difference.low > -margin:
        return "non-inferior"
    return "inferior" if difference.high < -margin else "undecided"


@dataclass(frozen=True)
class _Differences:
    """What a table of differences comes down to.

    Attributes:
        step: Size of an image's difference, its mean over seeds, where there is one; 1 where no
            image has any.
    """

    seeds: int
    images: int
    mean: float
    variation: _Variation
    step: float

    @classmethod
    def between(cls, arm: np.ndarray, reference: np.ndarray) -> Self:
        paired = len(arm) == len(reference)
        table = arm - (reference if paired else reference.mean(axis=0))
        sizes = np.abs(table.mean(axis=0))
        step = float((sizes**2).sum() / sizes.sum()) if sizes.any() else 1.0
        variation = replace(_variation(table), freedom=_freedom(table.mean(axis=0)))
        seeds, images = table.shape
        return cls(seeds, images, float(table.mean()), variation, step)

    def least_variance(self, size: float, images: int) -> float:
        """Variance of the mean at a true difference of a size, whatever the sample shows.

        Such a difference takes steps on at least a share size / step of the images. Without this,
        few images on which the arms happen to agree would seem to prove that they always do.
        """
        return size * (self.step - size) / images

    def interval(self) -> Interval:
        variance, freedom = self.variation.of_mean(self.seeds, self.images)
        quantile = _quantile(freedom)
        half = quantile * variance**0.5
        loss, gain = (
            self.step * _wilson_limits(sign * self.mean / self.step, self.images, quantile)[1]
            for sign in (-1, 1)
        )
        return Interval(self.mean, min(self.mean - half, -loss), max(self.mean + half, gain))

    def enough(self, margin: float) -> tuple[int | None, int | None, int | None]:
        """`more_images`, `more_seeds` and `times_both` of a `Decision`."""

        def decides(seeds: int, images: int) -> bool:
            error, freedom = self._error(margin, seeds, images)
            return abs(self.mean + margin) >= (_quantile(freedom) + float(ndtri(POWER))) * error

        seeds, images = self.seeds, self.images
        return (
            _fewest(lambda more: decides(seeds, images + more), MOST_IMAGES),
            _fewest(lambda more: decides(seeds + more, images), MOST_SEEDS),
            _fewest(lambda times: decides(seeds * times, images * times), MOST_TIMES),
        )

    def _error(self, margin: float, seeds: int, images: int) -> tuple[float, float]:
        """Standard error at a true difference of -margin, and its degrees of freedom."""
        variance, freedom = self.variation.of_mean(seeds, images)
        least = self.least_variance(margin, images)
        return max(variance, least, np.finfo(float).tiny) ** 0.5, freedom


def _freedom(image_means: np.ndarray) -> float:
    """For each image, the degrees of freedom of their variance: 1 where they are normal.

    Fewer where differences are rare, since the variance of a variance grows with the kurtosis.
    """
    squares = (image_means - image_means.mean()) ** 2
    if not squares.any():
        return 1.0
    kurtosis = float((squares**2).mean() / squares.mean() ** 2)
    return 2 / (max(kurtosis, 3.0) - 1)


def _fewest(decides: Callable[[int], bool], most: int) -> int | None:
    """The smallest number from 1 to `most` that decides, if one does."""
    fewest = bisect_left(range(1, most + 1), True, key=decides) + 1
    return fewest if fewest <= most else None


def _wilson_limits(share: float, size: float, quantile: float) -> tuple[float, float]:
    """The x where (share - x)^2 = quantile^2 x (1 - x) / size."""
    weight = quantile**2 / size
    half = max(weight * share * (1 - share) + weight**2 / 4, 0.0) ** 0.5
    centre = share + weight / 2
    return (centre - half) / (1 + weight), (centre + half) / (1 + weight)


def _quantile(freedom: float) -> float:
    return float(stdtrit(freedom, (1 + LEVEL) / 2))
