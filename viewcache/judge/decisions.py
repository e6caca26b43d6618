"""Every arm held to end-to-end and to training without augmentation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from viewcache.arms.arm import Arm
from viewcache.judge.correctness import Correct, carry_over
from viewcache.judge.statistics import Decision, Interval, Outcome, non_inferiority

SAME_HEADS = Decision("non-inferior", Interval(0.0, 0.0, 0.0), None, None, None)
COUNTING = {"robustness": ("robustness", "clean"), "clean": ("clean",)}
"""What an arm must be as good on, by rule: robustness is not to be had at a clean loss."""

Rule = Literal["robustness", "clean"]
State = Literal["as good", "worse", "open"]


@dataclass(frozen=True)
class Comparison:
    """The decision on an arm and a reference, `on` clean images or robustness."""

    arm: Arm
    reference: Arm
    on: str
    decision: Decision

    def as_record(self) -> dict[str, Any]:
        decision, difference = self.decision, self.decision.difference
        return {
            "arm": self.arm.name,
            "reference": self.reference.name,
            "on": self.on,
            "outcome": decision.outcome,
            "difference": difference.estimate,
            "low": difference.low,
            "high": difference.high,
            "more_images": decision.more_images,
            "more_seeds": decision.more_seeds,
            "times_both": decision.times_both,
        }


@dataclass(frozen=True)
class Findings:
    """All comparisons of a run, and how they bear on the verdict.

    Attributes:
        cached: The arms on cached views, by their number.
        end_to_end: The arm that they are held to.
        twin: The cached arm that trains end-to-end's very heads, if there is one.
        margin: The loss of accuracy that counts as none.
    """

    cached: list[Arm]
    end_to_end: Arm
    comparisons: list[Comparison]
    twin: Arm | None
    margin: float
    rule: Rule

    @property
    def arms(self) -> list[Arm]:
        """The arms to choose from, end-to-end last."""
        return [*self.cached, self.end_to_end]

    @property
    def unaugmented(self) -> Arm | None:
        """The arm that trains on the images as they are, if there is one."""
        return next((arm for arm in self.cached if arm.budget == 0), None)

    @property
    def counting(self) -> list[Comparison]:
        """The comparisons that the rule asks for."""
        return [one for one in self.comparisons if one.on in COUNTING[self.rule]]

    def with_outcome(self, arm: Arm, outcome: Outcome) -> list[Comparison]:
        """An arm's comparisons of that outcome, among those that count."""
        return [one for one in self.counting if one.arm == arm and one.decision.outcome == outcome]

    def state(self, arm: Arm) -> State:
        if self.with_outcome(arm, "inferior"):
            return "worse"
        return "open" if self.with_outcome(arm, "undecided") else "as good"


def between(comparisons: list[Comparison], arm: Arm, reference: Arm) -> list[Comparison]:
    return [one for one in comparisons if (one.arm, one.reference) == (arm, reference)]


def compare_arms(
    correct: Mapping[Arm, Correct], twin: Arm | None, margin: float, rule: Rule
) -> Findings:
    """Hold every cached arm to end-to-end and cached_0, and end-to-end to cached_0.

    Args:
        correct: Of every arm, as `correctness` gives it.
        twin: The cached arm that trains end-to-end's very heads, if there is one: it speaks for
            end-to-end, and is as good as that without a test.
    """
    cached = sorted((arm for arm in correct if arm.budget is not None), key=_budget)
    end_to_end = next(arm for arm in correct if arm.budget is None)
    carried = carry_over(correct, twin, end_to_end)
    references = [end_to_end, *(arm for arm in cached if arm.budget == 0)]
    comparisons = [
        Comparison(arm, reference, on, decision)
        for arm in [*cached, end_to_end]
        for reference in references
        if arm != reference
        for on in COUNTING["robustness"]
        for decision in [
            SAME_HEADS
            if (arm, reference) == (twin, end_to_end)
            else non_inferiority(carried[arm][on], carried[reference][on], margin)
        ]
    ]
    return Findings(cached, end_to_end, comparisons, twin, margin, rule)


def _budget(arm: Arm) -> int:
    return arm.budget or 0
