"""Run the pipeline with each of several bases, in short, and hold them to the best."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from viewcache.commands.comparing import Compared, compare_runs, open_compared
from viewcache.commands.short_runs import run_in_short
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import is_model_file
from viewcache.ground.params.loading import load_params
from viewcache.judge.correctness import METRICS
from viewcache.report.comparison import comparison, may_be_best
from viewcache.report.results import EVERYTHING

SIDES = (160, 224)
"""Of the base of `params.yaml`, where none is named."""
BASE = re.compile(r"(?P<name>[^@:]+)(@(?P<side>\d+))?(:(?P<preprocessing>\w+))?")


def shortlist(bases: Sequence[str], limit: int | None) -> None:
    """Print how bases compare with the best of them, by accuracy on what the rule names.

    Args:
        bases: `NAME[@SIDE]`, or `FILE[@SIDE][:PREPROCESSING]`; none: those of `SIDES`.
        limit: Of images.

    Raises:
        PipelineError: a base is named otherwise, or its run failed.
    """
    params, began = load_params(), time.monotonic()
    bases = bases or [f"{params.base.name}@{side}" for side in SIDES]
    settings = [settings_of(base, limit) for base in bases]
    runs = [_run(base, own) for base, own in zip(bases, settings, strict=True)]
    on = params.evaluate.rule
    best, *others = sorted(runs, key=lambda one: one.figures[METRICS[on]], reverse=True)
    record = compare_runs(best, others)
    print(f"{comparison(record)}\n\n{may_be_best(record, on)}")
    print(f"These runs took {time.monotonic() - began:,.0f} seconds.")


def experiment_of(base: str) -> str:
    """The name of a base's experiment."""
    path, _, rest = base.partition("@")
    return re.sub(r"[^\w.]+", "-", f"shortlist-{Path(path).name}-{rest}".rstrip("-"))


def settings_of(base: str, limit: int | None) -> dict[str, Any]:
    """From each parameter that a base's run sets to its value."""
    found = BASE.fullmatch(base)
    if not found:
        rule = "a base must be named NAME[@SIDE] or FILE[@SIDE][:PREPROCESSING]"
        raise PipelineError(rule, base)
    name, from_file = found["name"], is_model_file(found["name"])
    return {
        # Files that git does not have are not in the copy that an experiment runs in.
        "base.name": _quoted(Path(name).resolve()) if from_file else name,
        "base.preprocessing": found["preprocessing"] or "own",
        "data.image_size": found["side"] or "null",
        **({"base.weights": "null"} if from_file else {}),
        **({"data.limit": limit} if limit else {}),
    }


def _quoted(path: Path) -> str:
    """A path of any letters, as `dvc exp run -S` takes a text."""
    escaped = str(path).replace("'", "\\'")
    return f"'{escaped}'"


def _run(base: str, settings: Mapping[str, Any]) -> Compared:
    """By the arm of most views, whatever the run recommends: so bases are all that differs."""
    run = run_in_short(experiment_of(base), settings)
    arms = json.loads(run.read(EVERYTHING))["arms"]
    *_, twin = (name for name, arm in arms.items() if arm["role"] == "cached")
    return open_compared(replace(run, name=Path(base).name), twin)
