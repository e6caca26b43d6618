"""The plan's file: what was predicted, to be held to what was then measured."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viewcache.costs.model import BreakEven, Prediction, UnitCosts
from viewcache.ground.machine import machine
from viewcache.ground.params.schema import Params

PLAN = Path("data/plan.json")
"""No stage depends on it: times are no input. `evaluate` reads it where it is."""


def params_digest(params: Params) -> str:
    """SHA-256 of the values of all parameters."""
    return hashlib.sha256(params.model_dump_json().encode()).hexdigest()


def write_plan(
    params: Params,
    images: dict[str, int],
    costs: UnitCosts,
    arms: dict[str, Prediction],
    points: Sequence[BreakEven],
) -> None:
    """Write a plan with the machine and the parameters that it is of.

    Args:
        images: Number of images of each split.
    """
    plan = {
        "machine": machine(),
        "params": params_digest(params),
        "images": images,
        "unit_costs": asdict(costs),
        "arms": {
            name: {**asdict(arm), "total_seconds": arm.total_seconds} for name, arm in arms.items()
        },
        "break_even": [asdict(point) for point in points],
    }
    PLAN.write_text(json.dumps(plan, indent=2) + "\n")


def compare_with_plan(
    arms: dict[str, dict[str, Any]], params: Params
) -> dict[str, dict[str, float | None]] | None:
    """What the plan predicted of each arm, and how far off it was.

    Args:
        arms: Measured costs of each arm, among others.

    Returns:
        For each arm `total_seconds` and `feature_bytes` as predicted, and `seconds_error` and
        `bytes_error`: the prediction divided by the measurement, less 1. None for all, unless
        there is a plan of these parameters; an arm that was timed on another machine is left out.
    """
    if not PLAN.exists():
        return None
    plan = json.loads(PLAN.read_text())
    if plan["params"] != params_digest(params):
        return None
    return {
        name: _errors(plan["arms"][name], arm)
        for name, arm in arms.items()
        if arm["machine"] == plan["machine"]["id"]
    }


def _errors(predicted: dict[str, Any], measured: dict[str, Any]) -> dict[str, Any]:
    seconds, size = predicted["total_seconds"], predicted["feature_bytes"]
    return {
        "total_seconds": seconds,
        "feature_bytes": size,
        "seconds_error": seconds / measured["total_seconds"] - 1,
        "bytes_error": size / measured["feature_bytes"] - 1 if measured["feature_bytes"] else 0.0,
    }
