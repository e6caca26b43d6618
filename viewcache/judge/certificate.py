"""Whether a base in bfloat16 or int8 is as good as the same base in float32."""

from dataclasses import dataclass
from typing import Literal

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.decisions import Comparison, hold
from viewcache.judge.sample import Sample

Outcome = Literal["as good", "worse", "not decided"]


@dataclass(frozen=True)
class Certificate:
    """Heads of `cached_0` on a fast base, held to those on it in float32.

    Attributes:
        images: That were tested on; none of them was calibrated on.
        accuracies: Of the fast base and of float32.
    """

    images: int
    accuracies: dict[Measured, tuple[float, float]]
    comparisons: dict[Measured, Comparison]

    @property
    def outcome(self) -> Outcome:
        """Worse where it is known to lose more than the margin on either; as good where it is
        known to lose less on both."""
        effects = {comparison.effect for comparison in self.comparisons.values()}
        if "harm" in effects:
            return "worse"
        return "not decided" if "open" in effects else "as good"


def compare_precisions(
    arm: Arm, fast: Correct, float32: Correct, sample: Sample, margin: float
) -> Certificate:
    """Hold a fast base to float32, on the same images, folds and seeds.

    Args:
        arm: That was trained on either.
        fast, float32: How right it is.
        margin: In (0, 1): the loss of accuracy that counts as none.
    """
    accuracies, comparisons = {}, {}
    for on in fast:
        accuracies[on] = (sample.estimate(fast[on]), sample.estimate(float32[on]))
        comparisons[on] = hold((arm, fast[on]), (arm, float32[on]), on, sample, margin)
    return Certificate(sample.images, accuracies, comparisons)
