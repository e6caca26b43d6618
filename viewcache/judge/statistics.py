"""How sure test accuracies are: intervals over test images and seeds.

Scores stand in a table of seeds and test images, and both are samples: of the heads that might
have been trained on these training images, and of the images that might have been tested on. A
mean over the table varies with either, so its variance is put together from components of crossed
random effects, and its degrees of freedom are Satterthwaite's (1946). docs/statistics.md tells the
method, its sources, and how often it was right.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Self

import numpy as np
from scipy.special import gammaincinv, ndtri, stdtrit

from viewcache.judge.sample import Sample

LEVEL = 0.95
POWER = 0.8
"""The chance of a decision that the numbers of images and seeds asked for should give."""
MOST_IMAGES, MOST_SEEDS, MOST_TIMES = 1_000_000, 1_000, 1_000
"""Numbers beyond these are not asked for."""


@dataclass(frozen=True)
class Interval:
    """An estimate and its interval at the 95 % level."""

    estimate: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Needed:
    """What would decide, with a chance of 80 % if the difference is as estimated.

    Attributes:
        more_images: How many more test images, with these seeds; None where none would.
        more_seeds: The same for seeds, with these test images.
        times_both: How many times as many of both.
    """

    more_images: int | None
    more_seeds: int | None
    times_both: int | None


def accuracy_interval(table: np.ndarray, sample: Sample) -> Interval | None:
    """Accuracy over new test images and new seeds.

    Wilson's interval (1927) at the effective sample size, as for proportions in surveys (Franco,
    Little, Louis and Slud 2019): it stays within [0, 1], and covers near 1 too. That size is at
    most what the weights of images leave of their number, since a rare class may lack errors.

    Args:
        table: float, shape (seeds, images), in [0, 1]: how right each answer is.

    Returns:
        None where there is one seed, or where a mean is over one unit of the sample.
    """
    if len(table) == 1 or not sample.is_spread:
        return None
    mean, freedom = sample.estimate(table), _balance(sample)
    if sample.units < sample.images:
        freedom = min(freedom, _freedom(sample.deviations(table)))
    components = _Components.of(table, sample, freedom)
    variance, freedom = components.of_mean(len(table), sample.units)
    most = sample.effective_images
    effective = min(mean * (1 - mean) / variance, most) if variance else most
    return Interval(mean, *_wilson_limits(mean, effective, _quantile(freedom)))


def difference_interval(arm: np.ndarray, reference: np.ndarray, sample: Sample) -> Interval | None:
    """Difference of accuracies, arm minus reference, over new test images and new seeds.

    Images are paired, and so are seeds. Where one of the two has a single seed, that is given the
    variance of the other's seeds. Student's interval, but never narrower than one-sided
    differences would allow: see `_Differences.least_variance`.

    Args:
        arm, reference: float, shape (seeds, images), in [0, 1], of the same images in the same
            order, and of the same seeds in the same order or one of them of one seed.

    Returns:
        None where both have one seed, or where a mean is over one unit of the sample.
    """
    if len(arm) == len(reference) == 1 or not sample.is_spread:
        return None
    return _Differences.between(arm, reference, sample).interval()


def paired_interval(
    arm: np.ndarray, reference: np.ndarray, sample: Sample, level: float = LEVEL
) -> Interval:
    """Difference of accuracies of these very heads, arm minus reference, over new test images.

    What other seeds would give is not in it, so it is narrower than `difference_interval`.

    Args:
        arm, reference: float, shape (seeds, images), in [0, 1], of the same images and seeds in
            the same order.

    Returns:
        From -1 to 1 where a mean is over one unit of the sample: nothing is known.
    """
    table = arm - reference
    if not sample.is_spread:
        return Interval(sample.estimate(table), -1.0, 1.0)
    deviations = sample.deviations(table)
    freedom = max(_freedom(deviations) * sample.units - 1, 1)
    error = float((deviations**2).mean() / sample.units) ** 0.5
    mean, half = sample.estimate(table), float(stdtrit(freedom, (1 + level) / 2)) * error
    return Interval(mean, mean - half, mean + half)


def what_would_decide(
    arm: np.ndarray, reference: np.ndarray, sample: Sample, threshold: float
) -> Needed:
    """How much more evidence would tell on which side of a threshold a difference lies.

    Args:
        arm, reference: As for `difference_interval`, and such that it gives an interval.
        threshold: Such as minus the margin, in (-1, 1).
    """
    return _Differences.between(arm, reference, sample).needed(threshold)


def differences_by_fold(
    arm: np.ndarray, reference: np.ndarray, sample: Sample, folds: np.ndarray
) -> dict[int, float]:
    """The difference within each fold: a check, since folds are no random factor.

    Args:
        folds: int, shape (images,).
    """
    difference = arm.mean(axis=0, keepdims=True) - reference.mean(axis=0, keepdims=True)
    return {
        int(fold): sample.at(folds == fold).estimate(difference[:, folds == fold])
        for fold in np.unique(folds)
    }


@dataclass(frozen=True)
class _Components:
    """Of the variance of scores: of units of the sample, of seeds, and of what is left.

    Attributes:
        seeds: Unbiased, so perhaps below 0.
        freedom: Degrees of freedom of the units' component, for each unit.
        single: Number of heads of a single seed that is held to the seeds: 0 or 1.
    """

    units: float
    seeds: float
    residual: float
    freedom: float
    single: int

    @classmethod
    def of(cls, table: np.ndarray, sample: Sample, freedom: float, single: int = 0) -> Self:
        """Two-way analysis of variance without replication."""
        scores = sample.influences(table)
        seeds, units = scores.shape
        seed_means = scores.mean(axis=1, keepdims=True)
        left = scores - scores.mean(axis=0) - seed_means + scores.mean()
        residual = float((left**2).sum()) / (units - 1) / (seeds - 1)
        of_units = float((sample.deviations(table) ** 2).mean())
        of_seeds = float(seed_means.var(ddof=1))
        return cls(
            max(of_units - residual / seeds, 0.0),
            of_seeds - residual / units,
            residual,
            freedom,
            single,
        )

    def of_mean(self, seeds: int, units: int) -> tuple[float, float]:
        """Variance of the mean over a table of that size, and its degrees of freedom.

        Few seeds that happen to agree say little of how much seeds differ, so their mean square
        is taken at an upper bound of its chi-squared distribution.
        """
        rest = self.residual / units
        by_units = self.units / units + rest / seeds
        mean_square = max(self.seeds + rest, 0.0)
        heads = 1 / seeds + self.single
        by_seeds = heads * max(_caution(seeds) * mean_square - rest, 0.0)
        variance = by_units + by_seeds
        uncertainty = by_units**2 / max(self.freedom * units - 1, 1) + (
            heads * mean_square
        ) ** 2 / (seeds - 1)
        return variance, variance**2 / uncertainty if uncertainty else units - 1


@dataclass(frozen=True)
class _Differences:
    """What a table of differences comes down to.

    Attributes:
        images: For each unit, on average.
        step: Size of a unit's difference, its mean over seeds, where there is one; the largest
            that it could be on average where no unit has any.
    """

    seeds: int
    units: int
    images: float
    mean: float
    components: _Components
    step: float

    @classmethod
    def between(cls, arm: np.ndarray, reference: np.ndarray, sample: Sample) -> Self:
        table = arm - reference
        sizes = np.abs(sample.shares(table).mean(axis=0))
        sizes = sizes if sizes.any() else sample.unit_weights
        freedom = min(_balance(sample), _freedom(sample.deviations(table)))
        single = int(len(arm) != len(reference))
        return cls(
            len(table),
            sample.units,
            sample.images / sample.units,
            sample.estimate(table),
            _Components.of(table, sample, freedom, single),
            float((sizes**2).sum() / sizes.sum()),
        )

    def least_variance(self, size: float, units: int) -> float:
        """Variance of the mean at a true difference of a size, whatever the sample shows.

        Such a difference takes steps on at least a share size / step of the units. Without this,
        few images on which the arms happen to agree would seem to prove that they always do.
        """
        return size * (self.step - size) / units

    def interval(self) -> Interval:
        variance, freedom = self.components.of_mean(self.seeds, self.units)
        quantile = _quantile(freedom)
        half = quantile * variance**0.5
        loss, gain = (
            self.step * _wilson_limits(sign * self.mean / self.step, self.units, quantile)[1]
            for sign in (-1, 1)
        )
        return Interval(self.mean, min(self.mean - half, -loss), max(self.mean + half, gain))

    def needed(self, threshold: float) -> Needed:
        def decides(seeds: int, units: int) -> bool:
            error, freedom = self._error(abs(threshold), seeds, units)
            return abs(self.mean - threshold) >= (_quantile(freedom) + float(ndtri(POWER))) * error

        seeds, units = self.seeds, self.units
        more_units = _fewest(lambda more: decides(seeds, units + more), MOST_IMAGES)
        return Needed(
            ceil(more_units * self.images) if more_units else None,
            _fewest(lambda more: decides(seeds + more, units), MOST_SEEDS),
            _fewest(lambda times: decides(seeds * times, units * times), MOST_TIMES),
        )

    def _error(self, size: float, seeds: int, units: int) -> tuple[float, float]:
        """Standard error at a true difference of a size, and its degrees of freedom."""
        variance, freedom = self.components.of_mean(seeds, units)
        least = self.least_variance(size, units)
        return max(variance, least, np.finfo(float).tiny) ** 0.5, freedom


def _caution(seeds: int) -> float:
    """How many times its estimate a mean square of seeds may be: 40 of two, 1.7 of five.

    The fewer seeds, the farther out in the distribution, as docs/statistics.md found it needed.
    """
    half_freedom, chance = (seeds - 1) / 2, (1 - 1 / seeds) ** 2 / 2
    return half_freedom / float(gammaincinv(half_freedom, chance))


def _balance(sample: Sample) -> float:
    """For each unit, degrees of freedom as far as units count alike (Carter, Schnepel and
    Steigerwald 2017): 1 where all do."""
    squares = sample.unit_weights**2
    return float(squares.mean() ** 2 / (squares**2).mean())


def _freedom(deviations: np.ndarray) -> float:
    """For each unit, the degrees of freedom of their variance: 1 where they are normal.

    Fewer where differences are rare, since the variance of a variance grows with the kurtosis.
    """
    squares = deviations**2
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
