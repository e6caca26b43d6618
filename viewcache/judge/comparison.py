"""What the arms' figures say: their means, their equivalence, and their speed."""

from collections.abc import Mapping
from typing import Any

import pandas as pd


def summarize(runs: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Mean of every metric over an arm's seeds.

    Args:
        runs: One row an arm and seed: `arm`, `seed`, and metrics.

    Returns:
        For each arm: metrics, and `seeds`, their number.
    """
    summary: dict[str, dict[str, Any]] = {}
    for arm, group in runs.groupby("arm", sort=False):
        means = group.drop(columns=["arm", "seed"]).mean()
        metrics = {str(name): float(value) for name, value in means.items()}
        summary[str(arm)] = {"seeds": len(group), **metrics}
    return summary


def merge(*parts: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """All that the parts say of each arm; the arms and their order are the first part's."""
    return {
        arm: {name: entry for part in parts for name, entry in part[arm].items()}
        for arm in parts[0]
    }


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


def _speedup(arm: dict[str, Any], reference: dict[str, Any]) -> float | None:
    seconds = arm["total_seconds"], reference["total_seconds"]
    if arm["machine"] != reference["machine"] or None in seconds:
        return None
    return seconds[1] / seconds[0]
