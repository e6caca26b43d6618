"""Every arm held to end-to-end and to training without augmentation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from viewcache.arms.arm import budget_of
from viewcache.judge.correctness import Correct, carry_over
from viewcache.judge.statistics import Decision, Interval, Outcome, non_inferiority

UNAUGMENTED, END_TO_END = "cached_0", "end_to_end"
SAME_HEADS = Decision("non-inferior", Interval(0.0, 0.0, 0.0), 0.0, None, None, None)
COUNTING = {"robustness": ("robustness", "clean"), "clean": ("clean",)}
"""What an arm must be as good on, by rule: robustness is not to be had at a clean loss."""

Rule = Literal["robustness", "clean"]
State = Literal["as good", "worse", "open"]


@dataclass(frozen=True)
class Comparison:
    """The decision on an arm and a reference, `on` clean images or robustness."""

    arm: str
    reference: str
    on: str
    decision: Decision

    def as_record(self) -> dict[str, Any]:
        decision, difference = self.decision, self.decision.difference
        return {
            "arm": self.arm,
            "reference": self.reference,
            "on": self.on,
            "outcome": decision.outcome,
            "difference": difference.estimate,
            "low": difference.low,
            "high": difference.high,
            "p_value": decision.p_value,
            "more_images": decision.more_images,
            "more_seeds": decision.more_seeds,
            "times_both": decision.times_both,
        }


@dataclass(frozen=True)
class Findings:
    """All comparisons of a run, and how they bear on the verdict.

    Attributes:
        arms: The arms to choose from: by number of cached views, end-to-end last.
        stand_in: The cached arm that trains end-to-end's very heads, if there is one.
        margin: The loss of accuracy that counts as none.
    """

    arms: list[str]
    comparisons: list[Comparison]
    stand_in: str | None
    margin: float
    rule: Rule

    @property
    def counting(self) -> list[Comparison]:
        """The comparisons that the rule asks for."""
        return [one for one in self.comparisons if one.on in COUNTING[self.rule]]

    def with_outcome(self, arm: str, outcome: Outcome) -> list[Comparison]:
        """An arm's comparisons of that outcome, among those that count."""
        return [one for one in self.counting if one.arm == arm and one.decision.outcome == outcome]

    def state(self, arm: str) -> State:
        if self.with_outcome(arm, "inferior"):
            return "worse"
        return "open" if self.with_outcome(arm, "undecided") else "as good"


def between(comparisons: list[Comparison], arm: str, reference: str) -> list[Comparison]:
    return [one for one in comparisons if (one.arm, one.reference) == (arm, reference)]


def compare_arms(
    correct: dict[str, Correct], stand_in: str | None, margin: float, rule: Rule
) -> Findings:
    """Hold every cached arm to end-to-end and cached_0, and end-to-end to cached_0.

    Args:
        correct: Of every arm, `end_to_end` among them, as `correctness` gives it.
        stand_in: The cached arm that trains end-to-end's very heads, if there is one: it speaks
            for end-to-end, and is as good as that without a test.
    """
    cached = [arm for arm in correct if budget_of(arm) is not None]
    arms = [*sorted(cached, key=lambda arm: budget_of(arm) or 0), END_TO_END]
    carried = carry_over(correct, stand_in, END_TO_END)
    comparisons = [
        Comparison(arm, reference, on, decision)
        for arm, reference in _pairs(arms)
        for on in COUNTING["robustness"]
        for decision in [
            SAME_HEADS
            if (arm, reference) == (stand_in, END_TO_END)
            else non_inferiority(carried[arm][on], carried[reference][on], margin)
        ]
    ]
    return Findings(arms, comparisons, stand_in, margin, rule)


def _pairs(arms: list[str]) -> Iterator[tuple[str, str]]:
    for arm in arms:
        for reference in (END_TO_END, UNAUGMENTED):
            if arm != reference and reference in arms:
                yield arm, reference
