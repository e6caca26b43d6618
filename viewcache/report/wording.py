"""The verdict in words, with its figures."""

import math
from collections.abc import Mapping

from viewcache.arms.arm import Arm
from viewcache.judge.decisions import Comparison, Findings, between
from viewcache.judge.verdict import Verdict
from viewcache.report.words import with_interval

WHERE = {"clean": "on clean images", "robustness": "under random views"}


def reason(verdict: Verdict, speedups: Mapping[Arm, float | None]) -> str:
    """Why the choice is what it is; where there is none, what would decide."""
    choice, findings = verdict.choice, verdict.findings
    clauses = [
        _choice(choice, findings, speedups),
        _fewer_views(choice, findings),
        _augmentation(findings),
        _stand_in(findings),
    ]
    return "; ".join(clause for clause in clauses if clause)


def _choice(choice: Arm | None, findings: Findings, speedups: Mapping[Arm, float | None]) -> str:
    if choice is None:
        undecided = _what_would_decide(findings, findings.arms)
        return f"not decided within {_margin(findings)}: {undecided}"
    if choice == findings.end_to_end:
        return _end_to_end(findings, speedups)
    faster = _faster(speedups[choice])
    if choice == findings.twin:
        return f"{choice} trains the very heads of end_to_end, {faster}"
    if findings.state(choice) != "as good":
        return f"{choice}, since no arm that augments is as good, end_to_end included"
    differences = _figures(between(findings.counting, choice, findings.end_to_end))
    return f"{choice} is as good as end_to_end within {_margin(findings)}: {differences}, {faster}"


def _end_to_end(findings: Findings, speedups: Mapping[Arm, float | None]) -> str:
    same = findings.twin
    if same and findings.state(same) == "as good":
        return f"end_to_end, since {same} trains its very heads, {_faster(speedups[same])}"
    most = findings.cached[-1]
    losses = " and ".join(map(_against, findings.with_outcome(most, "inferior")))
    return f"end_to_end, since no number of cached views is as good: {most} is {losses}"


def _fewer_views(choice: Arm | None, findings: Findings) -> str:
    """What would decide on fewer views than were chosen."""
    fewer = findings.arms[: findings.arms.index(choice)] if choice else []
    if not any(_open(findings, arm) for arm in fewer):
        return ""
    return f"fewer views are not decided: {_what_would_decide(findings, fewer)}"


def _augmentation(findings: Findings) -> str:
    if findings.unaugmented is None:
        return ""
    comparisons = between(findings.comparisons, findings.end_to_end, findings.unaugmented)
    outcomes = {comparison.on: comparison.decision.outcome for comparison in comparisons}
    costs = outcomes["clean"] == "inferior"
    brings = "costs clean accuracy beyond the margin:" if costs else "brings"
    return f"augmentation itself {brings} {_figures(comparisons)}"


def _stand_in(findings: Findings) -> str:
    same = findings.twin
    judged = f"end_to_end is judged by {same}, which trains the same heads on the same base"
    return judged if same else ""


def _what_would_decide(findings: Findings, arms: list[Arm]) -> str:
    pending = _pending(findings, arms)
    images, seeds, times = map(_about, _needed(pending)[:3])
    numbers = [images and f"{images} more test images", seeds and f"{seeds} more seeds"]
    both = f"{times} times as many" if times else "no number of"
    enough = " or ".join(filter(None, numbers)) or f"{both} test images and seeds"
    return f"{pending[0].arm} is {' and '.join(map(_against, pending))}; {enough} would decide"


def _pending(findings: Findings, arms: list[Arm]) -> list[Comparison]:
    """The comparisons that settle the choice among arms, if they come out as they lean.

    One arm that is as good settles it; if none leans that way, all that are open must be worse.
    """
    undecided = [findings.with_outcome(arm, "undecided") for arm in arms if _open(findings, arm)]
    worse = [[one for one in arm if _leans_worse(findings, one)] for arm in undecided]
    as_good = [arm for arm, losses in zip(undecided, worse, strict=True) if not losses]
    if as_good:
        return min(as_good, key=_needed)
    return max((min(([one] for one in losses), key=_needed) for losses in worse), key=_needed)


def _open(findings: Findings, arm: Arm) -> bool:
    return findings.state(arm) == "open"


def _leans_worse(findings: Findings, comparison: Comparison) -> bool:
    return comparison.decision.difference.estimate < -findings.margin


def _needed(undecided: list[Comparison]) -> tuple[float, ...]:
    """Images, seeds, or times of both that decide them all, infinite where none does; and how many
    there are to decide."""
    decisions = [comparison.decision for comparison in undecided]
    return (
        max(decision.more_images or math.inf for decision in decisions),
        max(decision.more_seeds or math.inf for decision in decisions),
        max(decision.times_both or math.inf for decision in decisions),
        len(decisions),
    )


def _about(number: float) -> str:
    """Rounded up to two digits; empty if infinite."""
    if number == math.inf:
        return ""
    step = 10 ** max(math.floor(math.log10(number)) - 1, 0)
    return f"about {math.ceil(number / step) * step:,}"


def _figures(comparisons: list[Comparison]) -> str:
    return " and ".join(map(_figure, comparisons))


def _against(comparison: Comparison) -> str:
    return f"{_figure(comparison)} against {comparison.reference}"


def _figure(comparison: Comparison) -> str:
    difference = comparison.decision.difference
    estimate, low, high = (
        100 * value for value in (difference.estimate, difference.low, difference.high)
    )
    return f"{with_interval(estimate, low, high, '+.1f', ' points')} {WHERE[comparison.on]}"


def _faster(speedup: float | None) -> str:
    if speedup is None:
        return "at a cost that was not measured on one machine"
    return f"{speedup:.1f} times faster" if speedup >= 1 else f"{1 / speedup:.1f} times slower"


def _margin(findings: Findings) -> str:
    points = f"{100 * findings.margin:g}"
    return f"{points} point" if points == "1" else f"{points} points"
