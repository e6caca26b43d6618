"""What the arms' figures say: their means and spreads, their equivalence, and the verdict."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from stages.heads.metrics import predicted_classes

MARGIN = 0.01
"""Accuracies that differ by less than one point count as equal."""


def summarize(runs: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Mean of every metric over an arm's seeds, and the standard deviation of test accuracies.

    Args:
        runs: One row an arm and seed: `arm`, `seed`, and metrics.

    Returns:
        For each arm: metrics, `seeds` (their number), `test_accuracy_std` and
        `test_accuracy_augmented_std` (None with one seed).
    """
    summary: dict[str, dict[str, Any]] = {}
    for arm, group in runs.groupby("arm", sort=False):
        metrics = group.drop(columns=["arm", "seed"])
        summary[str(arm)] = {
            "seeds": len(group),
            **{str(name): float(value) for name, value in metrics.mean().items()},
            **{f"{name}_std": _spread(group[name]) for name in _WITH_SPREAD},
        }
    return summary


_WITH_SPREAD = ("test_accuracy", "test_accuracy_augmented")


def _spread(values: pd.Series) -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None


def compare_heads(
    cached: Sequence[tuple[list[np.ndarray], np.ndarray]],
    end_to_end: Sequence[tuple[list[np.ndarray], np.ndarray]],
) -> dict[str, Any]:
    """Hold heads of both ways to each other, seed by seed.

    Args:
        cached: For each seed: the weights of the head trained on as many cached views as epochs,
            and its logits of the test images.
        end_to_end: The same, trained end to end.
    """
    pairs = list(zip(cached, end_to_end, strict=True))
    changed = max(
        int((_predictions(logits) != _predictions(reference)).sum())
        for (_, logits), (_, reference) in pairs
    )
    return {
        "max_abs_weight_difference": max(
            float(np.abs(ours - theirs).max())
            for (weights, _), (reference, _) in pairs
            for ours, theirs in zip(weights, reference, strict=True)
        ),
        "identical_test_predictions": changed == 0,
        "changed_test_predictions": changed,
    }


def _predictions(logits: np.ndarray) -> np.ndarray:
    """Classes by logits of several views: shape (views * images,)."""
    return predicted_classes(logits.reshape(-1, logits.shape[-1]))


def speedups(arms: dict[str, dict[str, Any]]) -> dict[str, dict[str, float | None]]:
    """How many times faster than `end_to_end` each arm is, and what of it is due to what.

    Returns:
        For each arm: `speedup`, which is the product of `speedup_by_views` (fewer base passes),
        `speedup_by_runtime` (the compiled base; None unless end-to-end was trained on it too) and
        `speedup_by_rest` (heads, set-up, overlap). None where times are of two machines.
    """
    return {name: _speedup_factors(arm, arms) for name, arm in arms.items()}


def _speedup_factors(
    arm: dict[str, Any], arms: dict[str, dict[str, Any]]
) -> dict[str, float | None]:
    reference = arms["end_to_end"]
    total = _speedup(arm, reference)
    views = reference["base_passes"] / arm["base_passes"]
    runtime: float | None = 1.0
    if arm is not reference:
        compiled = arms.get("end_to_end_compiled")
        runtime = _speedup(compiled, reference) if compiled else None
    return {
        "speedup": total,
        "speedup_by_views": views,
        "speedup_by_runtime": runtime,
        "speedup_by_rest": total / views / runtime if total and runtime else None,
    }


def decide(
    arms: dict[str, dict[str, Any]], budgets: Sequence[int], equivalence: dict[str, Any] | None
) -> dict[str, Any]:
    """Choose a way to train.

    The rule: the fewest cached views (at least one) that, within the margin, reach end-to-end's
    accuracy on clean images and under random views and cached_0's on clean images; else
    end-to-end. Where cached_E was found to train the very heads of end-to-end, its accuracies,
    which are over more seeds, stand for end-to-end's.

    Args:
        equivalence: What `compare_heads` found, if cached_E was trained.

    Returns:
        `choice` and `budget` (None for end-to-end); `accuracy_difference` (under random views)
        and `speedup` of the choice over end-to-end, None where the times are of two machines; and
        the `reason`.
    """
    reference = arms["end_to_end"]
    if equivalence and _equivalent(equivalence):
        reference = arms[f"cached_{equivalence['budget']}"]
    for budget in sorted(set(budgets) - {0}):
        if _holds_up(arms[f"cached_{budget}"], reference, arms.get("cached_0")):
            return _verdict(f"cached_{budget}", budget, arms)
    return _verdict("end_to_end", None, arms)


def _equivalent(equivalence: dict[str, Any]) -> bool:
    return (
        equivalence["max_abs_weight_difference"] <= 1e-4
        and equivalence["identical_test_predictions"]
    )


def _holds_up(
    arm: dict[str, Any], reference: dict[str, Any], unaugmented: dict[str, Any] | None
) -> bool:
    floors = [
        ("test_accuracy", reference),
        ("test_accuracy_augmented", reference),
        ("test_accuracy", unaugmented or reference),
    ]
    return all(arm[name] >= other[name] - MARGIN for name, other in floors)


def _verdict(choice: str, budget: int | None, arms: dict[str, dict[str, Any]]) -> dict[str, Any]:
    arm, reference = arms[choice], arms["end_to_end"]
    difference = arm["test_accuracy_augmented"] - reference["test_accuracy_augmented"]
    speedup = _speedup(arm, reference)
    if budget is None:
        reason = (
            f"no number of cached views comes within {MARGIN:.0%} of end-to-end, clean "
            f"({reference['test_accuracy']:.3f}) and under random views "
            f"({reference['test_accuracy_augmented']:.3f}), and of cached_0 on clean images"
        )
    else:
        faster = f"{speedup:.1f} times faster" if speedup else "of another machine's time"
        reason = (
            f"{budget} cached views: {arm['test_accuracy']:.3f} on clean test images and "
            f"{arm['test_accuracy_augmented']:.3f} under random views; end-to-end: "
            f"{reference['test_accuracy']:.3f} and {reference['test_accuracy_augmented']:.3f}; "
            f"{faster}"
        )
    return {
        "choice": choice,
        "budget": budget,
        "accuracy_difference": difference,
        "speedup": speedup,
        "reason": reason,
    }


def _speedup(arm: dict[str, Any], reference: dict[str, Any]) -> float | None:
    seconds = arm["total_seconds"], reference["total_seconds"]
    if arm["machine"] != reference["machine"] or None in seconds:
        return None
    return seconds[1] / seconds[0]
