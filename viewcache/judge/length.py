"""Whether heads are trained long enough: some are trained twice as long, and held to the others.

Both have one seed and train in all rotations; what is compared are their answers on validation
images, so that the test images have no say in how long heads are trained.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from viewcache.arms.arm import Arm
from viewcache.judge import statistics
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.decisions import Comparison
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import Interval, paired_interval
from viewcache.judge.verdict import OTHER, justification

LEVEL = 1 - 0.05 / 4
"""Of each gain, so that all four together have 95 % (Bonferroni)."""


@dataclass(frozen=True)
class Gain:
    """What twice as many epochs gain an arm in accuracy on validation images."""

    arm: Arm
    on: Measured
    interval: Interval

    @property
    def is_known(self) -> bool:
        return self.interval.low > 0


@dataclass(frozen=True)
class Length:
    """What twice as many epochs would change.

    Attributes:
        gains: Of `cached_0` and of the twin, on either measure.
        changes_recommendation: Whether augmenting gains more or less by more than noise, and the
            rule would therefore say something else of augmenting.
        loss_falls: Whether, at a constant learning rate, validation losses still fall at the end.
    """

    gains: list[Gain]
    changes_recommendation: bool
    loss_falls: bool

    @property
    def is_enough(self) -> bool:
        known = any(gain.is_known for gain in self.gains)
        return not (known or self.changes_recommendation or self.loss_falls)


def judge_length(
    usual: Mapping[Arm, Correct],
    longer: Mapping[Arm, Correct],
    sample: Sample,
    margin: float,
    rule: Measured,
    losses: np.ndarray | None,
) -> Length:
    """Hold arms that were trained twice as long to the same arms of the usual length.

    Args:
        usual: `cached_0`, then the twin, of one seed, on validation images.
        longer: The same arms, trained twice as long.
        sample: Of the validation images.
        margin, rule: As for `recommend`.
        losses: Validation losses of the twin, float, shape (heads, epochs); None where the learning
            rate falls to 0, and losses with it.
    """
    gains = [
        Gain(arm, on, paired_interval(long[on], short[on], sample, LEVEL))
        for (arm, short), long in zip(usual.items(), longer.values(), strict=True)
        for on in OTHER
    ]
    before, after = (_augments(tables, sample, margin, rule) for tables in (usual, longer))
    changes = before != after and _effect_changes(usual, longer, sample)
    return Length(gains, changes, losses is not None and still_falls(losses))


def _augments(tables: Mapping[Arm, Correct], sample: Sample, margin: float, rule: Measured) -> bool:
    """Whether the rule augments, by heads of one seed."""
    (first, unaugmented), (arm, augmented) = tables.items()
    effects = {
        on: Comparison(interval.estimate, interval, margin, arm=arm, reference=first, on=on)
        for on in OTHER
        for interval in [paired_interval(augmented[on], unaugmented[on], sample)]
    }
    return justification(effects, rule) is not None


def _effect_changes(
    usual: Mapping[Arm, Correct], longer: Mapping[Arm, Correct], sample: Sample
) -> bool:
    """Whether what augmenting gains is known to be more, or less, after twice as many epochs."""

    def known(on: Measured) -> bool:
        before, after = (
            augmented[on] - unaugmented[on]
            for unaugmented, augmented in (usual.values(), longer.values())
        )
        return not paired_interval(after, before, sample, LEVEL).holds(0)

    return any(map(known, OTHER))


def still_falls(losses: np.ndarray) -> bool:
    """Whether validation losses are lower in the last third of the epochs than in the third before.

    By more than their noise, at the 95 % level. Of one head, or one epoch, that is not to be known.

    Args:
        losses: float, shape (heads, epochs).
    """
    if 1 in losses.shape:
        return False
    third = max(losses.shape[1] // 3, 1)
    drops = (losses[:, -2 * third : -third] - losses[:, -third:]).mean(axis=1)
    error = drops.std(ddof=1) / len(drops) ** 0.5
    return bool(drops.mean() > float(stdtrit(len(drops) - 1, (1 + statistics.LEVEL) / 2)) * error)
