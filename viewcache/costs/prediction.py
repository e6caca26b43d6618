"""What `viewcache plan` predicted, kept to be held to what is then measured."""

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, FiniteFloat, ValidationError

from viewcache.costs.faster import Timed, Way
from viewcache.costs.model import ORIGINALS_KEPT, Amounts, BreakEven, Prediction, UnitCosts
from viewcache.ground.errors import message
from viewcache.ground.files import write_text
from viewcache.ground.machine import machine
from viewcache.ground.params.schema import Params

PREDICTION = Path("data/prediction.json")
"""No stage depends on it: times are no input. `evaluate` reads it where it is."""


COST_NOTHING: dict[str, Any] = {
    "train": {"learning_rate", "schedule", "class_weights"},
    "end_to_end": True,
    "evaluate": {"margin", "rule", "measure"},
}
"""Parameters that a plan holds for whatever they are; both ways to train end to end are planned."""


WAYS: dict[Way, str] = {
    "keras": "end_to_end",
    "compiled": "end_to_end_compiled",
    "originals_kept": ORIGINALS_KEPT,
}
"""Names in a plan."""


class _Machine(BaseModel):
    id: str


class _Arm(BaseModel):
    seconds: FiniteFloat
    setup_seconds: FiniteFloat
    again_seconds: FiniteFloat
    feature_bytes: int


@dataclass(frozen=True)
class PredictedCosts:
    """What an arm that did not run would cost, by the plan."""

    seconds: float | None
    further_seconds: float | None
    setup_seconds: float
    machine: str


class _Predicted(BaseModel):
    """What is read of `PREDICTION`."""

    machine: _Machine
    params: str
    arms: dict[str, _Arm]


def params_digest(params: Params) -> str:
    """SHA-256 of the values of all parameters but those that cost nothing."""
    content = params.model_dump_json(exclude=COST_NOTHING)
    return hashlib.sha256(content.encode()).hexdigest()


def write_prediction(
    params: Params,
    amounts: Amounts,
    costs: UnitCosts,
    arms: dict[str, Prediction],
    points: Sequence[BreakEven],
) -> None:
    """Write what was predicted, with the machine and the parameters that it is of."""
    content = {
        "machine": machine(),
        "params": params_digest(params),
        "amounts": asdict(amounts),
        "unit_costs": asdict(costs),
        "arms": {name: {**asdict(arm), "seconds": arm.seconds} for name, arm in arms.items()},
        "break_even": [asdict(point) for point in points],
    }
    write_text(PREDICTION, json.dumps(content, indent=2) + "\n")


def compare_with_plan(
    arms: dict[str, dict[str, Any]], params: Params
) -> dict[str, dict[str, float | None]] | None:
    """What the plan predicted of each arm, and how far off it was.

    Args:
        arms: Measured costs of each arm, among others.

    Returns:
        For each arm `seconds` and `feature_bytes` as predicted, and `seconds_error` and
        `bytes_error`: the prediction divided by the measurement, less 1. None for all, unless
        there is a whole prediction for these parameters, which a line on stderr says of a damaged
        one; an arm that was timed on another machine is left out.
    """
    predicted = _read()
    if predicted is None or predicted.params != params_digest(params):
        return None
    return {
        name: _errors(predicted.arms[name], arm)
        for name, arm in arms.items()
        if arm["machine"] == predicted.machine.id and name in predicted.arms
    }


def predicted_end_to_end(params: Params) -> dict[Way, Timed]:
    """What end-to-end training would cost, where there is a plan of these parameters."""
    plan = _read()
    if plan is None or plan.params != params_digest(params):
        return {}
    return {
        way: PredictedCosts(arm.seconds, arm.again_seconds, arm.setup_seconds, plan.machine.id)
        for way, name in WAYS.items()
        if (arm := plan.arms.get(name)) is not None
    }


def _read() -> _Predicted | None:
    """None where there is none. Nor is a damaged one worth a run: it is no input."""
    if not PREDICTION.exists():
        return None
    try:
        return _Predicted.model_validate_json(PREDICTION.read_bytes())
    except ValidationError as error:
        rule = f"{PREDICTION} is damaged and left aside: `make plan` writes it anew"
        print("viewcache:", message(rule, error.errors()[0]["msg"]), file=sys.stderr)
        return None


def _errors(predicted: _Arm, measured: dict[str, Any]) -> dict[str, float | None]:
    seconds, size = predicted.seconds, predicted.feature_bytes
    return {
        "seconds": seconds,
        "feature_bytes": size,
        "seconds_error": seconds / measured["seconds"] - 1,
        "bytes_error": size / measured["feature_bytes"] - 1 if measured["feature_bytes"] else 0.0,
    }
