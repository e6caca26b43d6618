"""The verdict: which way to train, by a rule that is written down before any result is seen.

The smallest number of cached views, 0 included, that is non-inferior to end-to-end and to cached_0
in what counts; else end-to-end. docs/statistics.md has the rule in full.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from viewcache.arms.arm import Arm
from viewcache.judge.decisions import Findings, between


@dataclass(frozen=True)
class Verdict:
    """The way to train that the rule chooses.

    Attributes:
        choice: None where not decided.
        accuracy_difference: To end-to-end, by the rule's measure; None where not decided.
        speedup: Over end-to-end; None where not decided, or where times are of two machines.
    """

    findings: Findings
    choice: Arm | None
    accuracy_difference: float | None
    speedup: float | None


def decide(findings: Findings, speedups: Mapping[Arm, float | None]) -> Verdict:
    """Choose a way to train.

    Args:
        speedups: How many times faster than end-to-end each arm is; None where times are of two
            machines.
    """
    choice = _cheaper_of_same(_choose(findings), findings, speedups)
    if choice is None:
        return Verdict(findings, None, None, None)
    return Verdict(findings, choice, _difference(choice, findings), speedups[choice])


def _choose(findings: Findings) -> Arm | None:
    """The first arm known to be as good; else the last resort, unless an open arm may be one."""
    for arm in findings.cached:
        if findings.state(arm) == "as good":
            return arm
    last_resort = {"as good": findings.end_to_end, "worse": findings.unaugmented, "open": None}
    choice = last_resort[findings.state(findings.end_to_end)]
    still_open = {arm for arm in findings.cached if findings.state(arm) == "open"}
    return choice if still_open <= {choice} else None


def _cheaper_of_same(
    choice: Arm | None, findings: Findings, speedups: Mapping[Arm, float | None]
) -> Arm | None:
    """End-to-end, where the choice trains its very heads and takes longer."""
    if choice is None or choice != findings.twin:
        return choice
    return findings.end_to_end if (speedups[choice] or 1) < 1 else choice


def _difference(choice: Arm, findings: Findings) -> float:
    differences = {
        one.on: one.decision.difference.estimate
        for one in between(findings.comparisons, choice, findings.end_to_end)
    }
    return differences.get(findings.rule, 0.0)
