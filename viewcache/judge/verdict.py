"""The verdict: which way to train, by a rule that is written down before any result is seen.

The smallest number of cached views, 0 included, that is non-inferior to end-to-end and to cached_0
in what counts; else end-to-end. docs/statistics.md has the rule in full.
"""

from collections.abc import Mapping
from typing import Any

from viewcache.arms.arm import budget_of
from viewcache.judge.decisions import (
    END_TO_END,
    UNAUGMENTED,
    Findings,
    between,
)


def decide(findings: Findings, speedups: Mapping[str, float | None]) -> dict[str, Any]:
    """Choose a way to train.

    Args:
        speedups: How many times faster than end-to-end each arm is; None where times are of two
            machines.

    Returns:
        `choice`, an arm, or None where not decided; `budget`, its number of cached views;
        `accuracy_difference`, by the rule's measure, and `speedup` of the choice over end-to-end;
        `margin` and `rule`; and `decisions`, one record a comparison.
    """
    choice = _cheaper_of_same(_choose(findings), findings, speedups)
    return {
        "choice": choice,
        "budget": budget_of(choice) if choice else None,
        "accuracy_difference": _difference(choice, findings),
        "speedup": speedups[choice] if choice else None,
        "margin": findings.margin,
        "rule": findings.rule,
        "decisions": [comparison.as_record() for comparison in findings.comparisons],
    }


def _choose(findings: Findings) -> str | None:
    """The first arm known to be as good; else the last resort, unless an open arm may be one."""
    cached = findings.arms[:-1]
    for arm in cached:
        if findings.state(arm) == "as good":
            return arm
    last_resort = {"as good": END_TO_END, "worse": UNAUGMENTED, "open": None}
    choice = last_resort[findings.state(END_TO_END)]
    still_open = {arm for arm in cached if findings.state(arm) == "open"}
    return choice if still_open <= {choice} else None


def _cheaper_of_same(
    choice: str | None, findings: Findings, speedups: Mapping[str, float | None]
) -> str | None:
    """End-to-end, where the choice trains its very heads and takes longer."""
    if choice is None or choice != findings.stand_in:
        return choice
    return END_TO_END if (speedups[choice] or 1) < 1 else choice


def _difference(choice: str | None, findings: Findings) -> float | None:
    if choice is None:
        return None
    differences = {
        one.on: one.decision.difference.estimate
        for one in between(findings.comparisons, choice, END_TO_END)
    }
    return differences.get(findings.rule, 0.0)
