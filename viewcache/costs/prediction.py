"""What `viewcache plan` predicted, kept to be held to what is then measured."""

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from viewcache.costs.faster import Times, Way
from viewcache.ground.errors import message
from viewcache.ground.files import write_text
from viewcache.ground.params.schema import Params

PREDICTION = Path("data/prediction.json")
"""No stage depends on it: times are no input. `evaluate` reads it where it is."""
COST_NOTHING: dict[str, Any] = {
    "train": {"learning_rate", "schedule", "class_weights"},
    "end_to_end": True,
    "evaluate": {"margin", "rule", "measure"},
}
"""Parameters that a plan holds for whatever they are; both ways to train end to end are planned."""
PLANNED: dict[Way, str] = {
    "keras": "end_to_end",
    "compiled": "end_to_end_compiled",
    "originals_kept": "originals_kept",
}
"""Names in a plan. The last is no arm, but `end_to_end_compiled` that keeps the features of the
images as they are."""


@dataclass(frozen=True)
class Predicted(Times):
    """What a first and each further training of an arm cost; the terms are the ledger's."""

    seconds: float
    base_passes: int
    views_seconds: float
    head_seconds: float
    feature_bytes: int


class _Plan(BaseModel):
    params: str
    arms: dict[str, Predicted]


def params_digest(params: Params) -> str:
    """SHA-256 of the values of all parameters but those that cost nothing."""
    content = params.model_dump_json(exclude=COST_NOTHING)
    return hashlib.sha256(content.encode()).hexdigest()


def write_prediction(params: Params, arms: Mapping[str, Predicted], **more: Any) -> None:
    """Write what arms will cost for `evaluate` to read, and more for people."""
    costs = {name: asdict(arm) for name, arm in arms.items()}
    content = {"params": params_digest(params), **more, "arms": costs}
    write_text(PREDICTION, json.dumps(content, indent=2) + "\n")


def compare_with_plan(
    arms: Mapping[str, Mapping[str, Any]], params: Params
) -> dict[str, dict[str, float]] | None:
    """What the plan predicted of each arm, and how far off it was.

    Returns:
        For each arm `seconds` and `feature_bytes` as predicted, and `seconds_error` and
        `bytes_error`: the prediction divided by the measurement, less 1. Without arms that were
        timed on another machine; None where there is no whole plan of these parameters.
    """
    plan = _read(params)
    compared = {
        name: _errors(plan[name], arm["seconds"], arm["feature_bytes"])
        for name, arm in arms.items()
        if name in plan and plan[name].machine == arm["machine"]
    }
    return compared if plan else None


def _errors(predicted: Predicted, seconds: float, size: int) -> dict[str, float]:
    return {
        "seconds": predicted.seconds,
        "feature_bytes": predicted.feature_bytes,
        "seconds_error": predicted.seconds / seconds - 1,
        "bytes_error": predicted.feature_bytes / size - 1 if size else 0.0,
    }


def predicted_end_to_end(params: Params) -> dict[Way, Times]:
    """What end-to-end training would cost, where there is a plan of these parameters."""
    plan = _read(params)
    return {way: plan[name] for way, name in PLANNED.items() if name in plan}


def _read(params: Params) -> dict[str, Predicted]:
    """Empty without a plan of these parameters. A damaged one is left aside: it is no input."""
    if not PREDICTION.exists():
        return {}
    try:
        plan = _Plan.model_validate_json(PREDICTION.read_bytes())
    except ValidationError as error:
        rule = f"{PREDICTION} is damaged and left aside: `make plan` writes it anew"
        print("viewcache:", message(rule, error.errors()[0]["msg"]), file=sys.stderr)
        return {}
    return plan.arms if plan.params == params_digest(params) else {}
