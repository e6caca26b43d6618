"""The recommendation, by a rule that was written down before results: docs/statistics.md has it.

Seconds enter nowhere, so the same heads are always given the same recommendation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.decisions import Comparison, by_views, compare
from viewcache.judge.sample import Sample

Word = Literal["a trade", "better", "worse", "no measurable difference"]
Shortfall = Literal["not within the margin", "worse on the other", "not better than cached_0"]
"""What keeps a number of views from being enough: it is not known to be within the margin of the
twin on what the rule names; or is known to lose more than the margin on the other; or is not known
to be better than no augmentation on what justified that."""

Comparisons = Mapping[tuple[Arm, Arm, Measured], Comparison]
"""From (arm, reference, on)."""
OTHER: dict[Measured, Measured] = {"clean": "robustness", "robustness": "clean"}


@dataclass(frozen=True)
class Candidate:
    """A number of views below the twin's, and what keeps it from being enough."""

    arm: Arm
    shortfalls: list[Shortfall]

    @property
    def passed(self) -> bool:
        return not self.shortfalls


@dataclass(frozen=True)
class Recommendation:
    """What to do with these images.

    Attributes:
        arm: `cached_0`, or the fewest views that are enough, or the twin.
        augment: Whether the arm augments.
        justified_by: What augmenting is known to help on; None where it is not recommended.
        effects: Of augmenting: the twin against `cached_0`, on either.
        word: Of both effects, whatever the rule names.
        candidates: If augmenting, every other number of views, in the order in which they are
            tried: the most first. Beyond the first that falls short none is taken.
        comparisons: Every cached arm against the twin and against `cached_0`, on both.
    """

    arm: Arm
    augment: bool
    justified_by: Measured | None
    effects: dict[Measured, Comparison]
    word: Word
    candidates: list[Candidate]
    comparisons: list[Comparison]
    rule: Measured
    margin: float


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
    justified_by = _justification(effects, rule)
    candidates = [
        Candidate(arm, _shortfalls(arm, unaugmented, twin, comparisons, rule, justified_by))
        for arm in reversed(between)
        if justified_by
    ]
    return Recommendation(
        _enough(candidates, twin) if justified_by else unaugmented,
        justified_by is not None,
        justified_by,
        effects,
        _word(list(effects.values())),
        candidates,
        list(comparisons.values()),
        rule,
        margin,
    )


def _justification(effects: Mapping[Measured, Comparison], rule: Measured) -> Measured | None:
    """What augmenting is recommended for, if it is."""
    if effects[rule].effect == "help":
        return rule
    helps_otherwise = effects[OTHER[rule]].effect == "help"
    return OTHER[rule] if effects[rule].effect == "harmless" and helps_otherwise else None


def _word(effects: Sequence[Comparison]) -> Word:
    gain, loss = any(one.is_gain for one in effects), any(one.is_loss for one in effects)
    if gain and loss:
        return "a trade"
    if gain:
        return "better"
    return "worse" if loss else "no measurable difference"


def _shortfalls(
    arm: Arm,
    unaugmented: Arm,
    twin: Arm,
    comparisons: Comparisons,
    rule: Measured,
    justified_by: Measured,
) -> list[Shortfall]:
    to_twin = {on: comparisons[arm, twin, on] for on in OTHER}
    fails: dict[Shortfall, bool] = {
        "not within the margin": to_twin[rule].effect not in ("help", "harmless"),
        "worse on the other": to_twin[OTHER[rule]].effect == "harm",
        "not better than cached_0": not comparisons[arm, unaugmented, justified_by].is_gain,
    }
    return [shortfall for shortfall, failed in fails.items() if failed]


def _enough(candidates: Sequence[Candidate], twin: Arm) -> Arm:
    """The last that passed before the first that did not; else the twin.

    A fixed order, so that many tests need no correction.
    """
    enough = twin
    for candidate in candidates:
        if not candidate.passed:
            break
        enough = candidate.arm
    return enough
