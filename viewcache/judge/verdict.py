"""The recommendation, by a rule that was written down before results: docs/statistics.md has it.

Seconds enter nowhere, so the same heads are always given the same recommendation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter
from typing import Literal

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.decisions import Comparison, by_views, compare
from viewcache.judge.sample import Sample

Word = Literal["a trade", "better", "worse", "no measurable difference"]
Shortfall = Literal["not within the margin", "worse than cached_0"]
"""What keeps a number of views from being enough, on what the rule names: it is not known to be
within the margin of the twin, or is known to lose to no augmentation."""

Comparisons = Mapping[tuple[Arm, Arm, Measured], Comparison]
"""From (arm, reference, on)."""
OTHER: dict[Measured, Measured] = {"clean": "robustness", "robustness": "clean"}


@dataclass(frozen=True)
class Candidate:
    """A number of views below the twin's, and what keeps it from being enough.

    Attributes:
        probably_within: Whether it is within the margin of the twin by the estimate.
    """

    arm: Arm
    shortfalls: list[Shortfall]
    probably_within: bool

    @property
    def passed(self) -> bool:
        return not self.shortfalls

    @property
    def probably_passed(self) -> bool:
        return self.probably_within and "worse than cached_0" not in self.shortfalls


@dataclass(frozen=True)
class Recommendation:
    """What to do with these images.

    Attributes:
        arm: `cached_0`, or the fewest views that are enough, or the twin.
        justified_by: What augmenting is known to help on; None where it is not recommended.
        effects: Of augmenting: the twin against `cached_0`, on either.
        word: Of both effects, whatever the rule names.
        candidates: If augmenting, every other number of views, in the order in which they are
            tried: the most first. Beyond the first that falls short none is taken.
        probably_enough: If augmenting, the fewest views that would pass if estimates were the
            truth; None where nothing is augmented. Never more views than `arm` has.
        comparisons: Every cached arm against the twin and against `cached_0`, on both.
    """

    arm: Arm
    justified_by: Measured | None
    effects: dict[Measured, Comparison]
    word: Word
    candidates: list[Candidate]
    probably_enough: Arm | None
    comparisons: list[Comparison]
    rule: Measured
    margin: float

    @property
    def augment(self) -> bool:
        return self.justified_by is not None

    @property
    def to_twin(self) -> list[Comparison]:
        """Every other number of views against the twin, on both, the fewest first."""
        return [one for one in self.comparisons if one.reference.random_views]

    @property
    def gain(self) -> float | None:
        """The largest known gain of augmenting, on either measure; None where none is known."""
        return max((one.difference for one in self.effects.values() if one.is_gain), default=None)

    @property
    def loss(self) -> float | None:
        """The largest known loss, a negative number; None where none is known."""
        return min((one.difference for one in self.effects.values() if one.is_loss), default=None)


def recommend(
    tables: Mapping[Arm, Correct], sample: Sample, margin: float, rule: Measured
) -> Recommendation:
    """Say what to do, by how right the arms are.

    Args:
        tables: Of every arm; among them `cached_0` and the twin, which has the most views.
        margin: In (0, 1): the loss of accuracy that counts as none.
        rule: What counts; the other is watched.
    """
    return decide(by_views(tables), compare(tables, sample, margin), margin, rule)


def decide(
    arms: Sequence[Arm], comparisons: Comparisons, margin: float, rule: Measured
) -> Recommendation:
    """The rule.

    Args:
        arms: On cached views, by their number: `cached_0` first, the twin last.
    """
    unaugmented, *between, twin = arms
    effects = {on: comparisons[twin, unaugmented, on] for on in OTHER}
    justified_by = justification(effects, rule)
    candidates = [
        _candidate(comparisons[arm, twin, rule], comparisons[arm, unaugmented, rule])
        for arm in reversed(between)
        if justified_by
    ]
    return Recommendation(
        _last_before(candidates, twin, attrgetter("passed")) if justified_by else unaugmented,
        justified_by,
        effects,
        _word(list(effects.values())),
        candidates,
        _last_before(candidates, twin, attrgetter("probably_passed")) if justified_by else None,
        list(comparisons.values()),
        rule,
        margin,
    )


def justification(effects: Mapping[Measured, Comparison], rule: Measured) -> Measured | None:
    """What augmenting is recommended for, if it is."""
    named, other = effects[rule], OTHER[rule]
    if named.is_gain:
        return rule
    no_loss = not named.is_loss and named.difference > -named.margin
    return other if no_loss and effects[other].is_gain else None


def _word(effects: Sequence[Comparison]) -> Word:
    gain, loss = any(one.is_gain for one in effects), any(one.is_loss for one in effects)
    if gain and loss:
        return "a trade"
    if gain:
        return "better"
    return "worse" if loss else "no measurable difference"


def _candidate(to_twin: Comparison, to_unaugmented: Comparison) -> Candidate:
    fails: dict[Shortfall, bool] = {
        "not within the margin": to_twin.effect not in ("help", "harmless"),
        "worse than cached_0": to_unaugmented.is_loss,
    }
    shortfalls = [shortfall for shortfall, failed in fails.items() if failed]
    return Candidate(to_twin.arm, shortfalls, to_twin.difference > -to_twin.margin)


def _last_before(
    candidates: Sequence[Candidate], twin: Arm, passes: Callable[[Candidate], bool]
) -> Arm:
    """The last that passes before the first that does not; else the twin.

    A fixed order, so that many tests need no correction.
    """
    passing = list(takewhile(passes, candidates))
    return passing[-1].arm if passing else twin
