"""Bases held to each other on the same images and folds: which are out, which may be the best."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from viewcache.ground.params.schema import Params
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import Interval, accuracy_interval, difference_interval

Verdict = Literal["best", "as good", "open", "worse", "dropped"]
"""Of a base held to the best: on both measures known to lose less than the margin; not known;
known to be worse on one; known, maybe on fewer images, to lose more than the margin on both."""


@dataclass(frozen=True, eq=False)
class Standing:
    """What is known of a base after a round.

    Attributes:
        params: That name it.
        width: Length of its feature vectors.
        images_a_second: Rendered in a random view, and run through the base.
        images: How many there are, trained on and tested.
        correct: Of linear heads.
    """

    name: str
    params: Params
    width: int
    images_a_second: float
    images: int
    correct: Correct
    sample: Sample

    def accuracy(self, on: Measured) -> float:
        return self.sample.estimate(self.correct[on])

    def interval(self, on: Measured) -> Interval | None:
        """Of its accuracy, over test images; None where a mean is over one unit of the sample."""
        return accuracy_interval(self.correct[on], self.sample)

    def less(self, other: "Standing", on: Measured) -> Interval | None:
        """Its accuracy less that of another base, of the same images; None as of `interval`."""
        return difference_interval(self.correct[on], other.correct[on], self.sample)


def best_first(standings: Sequence[Standing], on: Measured) -> list[Standing]:
    """In order of the number of images that they came to, then of accuracy."""
    return sorted(standings, key=lambda one: (one.images, one.accuracy(on)), reverse=True)


def is_out(one: Standing, best: Standing, margin: float) -> bool:
    """Whether it is known to be worse by more than the margin, on both measures."""
    differences = [one.less(best, on) for on in one.correct]
    return all(found is not None and found.high < -margin for found in differences)


def verdict(one: Standing, best: Standing) -> Verdict:
    """What is known of a base, held to the best of those that came as far as any."""
    evaluate = best.params.evaluate
    if one is best:
        return "best"
    if one.images < best.images or is_out(one, best, evaluate.margin):
        return "dropped"
    differences = [one.less(best, on) for on in one.correct]
    known = [found for found in differences if found is not None]
    if len(known) == len(differences) and all(found.low > -evaluate.margin for found in known):
        return "as good"
    return "worse" if any(found.high < 0 for found in known) else "open"
