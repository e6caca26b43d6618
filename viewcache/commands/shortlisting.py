"""Run the pipeline with each of several bases, in short, and hold them to the best."""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from viewcache.commands.comparing import Compared, compare_runs, open_compared
from viewcache.commands.short_runs import run_in_short
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import (
    BaseSettings,
    brings_weights,
    default_side,
    is_model_file,
)
from viewcache.ground.params.catalogue import WITHOUT_DOWNLOAD
from viewcache.ground.params.hub_preset import PREFIX, presets_in, says_what_it_expects
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import OWN_BASES
from viewcache.judge.correctness import metrics
from viewcache.report.comparison import comparison, may_be_best
from viewcache.report.results import EVERYTHING

BASE = re.compile(r"(?P<name>(hub:)?[^@:]+)(@(?P<side>\d+))?(:(?P<preprocessing>\w+))?")


def shortlist(bases: Sequence[str], limit: int | None) -> None:
    """Print how bases compare with the best of them, by accuracy on what the rule names.

    Args:
        bases: `NAME[@SIDE]`, or `FILE[@SIDE][:PREPROCESSING]`; none: those at hand.
        limit: Of images.

    Raises:
        PipelineError: a base is named otherwise, or its run failed.
    """
    params, began = load_params(), time.monotonic()
    bases = bases or list(bases_at_hand(params.base, params.side))
    settings = [settings_of(base, limit, params.base) for base in bases]
    runs = [_run(base, own) for base, own in zip(bases, settings, strict=True)]
    on = params.evaluate.rule
    metric = metrics(params.evaluate.measure)[on]
    best, *others = sorted(runs, key=lambda one: one.figures[metric], reverse=True)
    record = compare_runs(best, others)
    print(f"{comparison(record)}\n\n{may_be_best(record, on)}")
    print(f"These runs took {time.monotonic() - began:,.0f} seconds.")


def bases_at_hand(own: BaseSettings, side: int) -> Iterator[str]:
    """The base of `params.yaml`, those that need no download, and model files and presets in
    `data/bases`.

    One that does not say what it expects of pixels is left out, and that is printed.

    Args:
        side: Of all of them, but of a file or preset that takes another.
    """
    files = sorted(str(path) for path in OWN_BASES.rglob("*") if is_model_file(path.name))
    for name in dict.fromkeys([own.name, *WITHOUT_DOWNLOAD, *files, *presets_in(OWN_BASES)]):
        if not brings_weights(name):
            yield f"{name}@{side}"
        elif name == own.name or _says_what_it_expects(name):
            yield f"{name}@{default_side(name) or side}"
        else:
            print(f"Left out: {name}. Name it with what it expects of pixels: {name}:tf, say.")


def _says_what_it_expects(base: str) -> bool:
    if not is_model_file(base):
        return says_what_it_expects(base)
    try:
        return bool(BaseSettings(name=base, weights=None, preprocessing="own"))
    except ValidationError:
        return False


def experiment_of(base: str) -> str:
    """The name of a base's experiment."""
    return re.sub(r"\W+", "-", f"shortlist-{base}")


def settings_of(base: str, limit: int | None, own: BaseSettings) -> dict[str, Any]:
    """From each parameter that a base's run sets to its value.

    Args:
        own: The base of `params.yaml`, which keeps what it says of it.
    """
    found = BASE.fullmatch(base)
    if not found:
        rule = "a base must be named NAME[@SIDE] or FILE[@SIDE][:PREPROCESSING]"
        raise PipelineError(rule, base)
    name = found["name"]
    is_local = brings_weights(name) and not name.startswith(PREFIX)
    others = {
        "base.preprocessing": "own",
        "base.weights": "null" if brings_weights(name) else "imagenet",
        "base.output": "null",
        "base.layers": "[]",
        "extract.cut": "null",
    }
    return {
        # Files that git does not have are not in the copy that an experiment runs in.
        "base.name": _quoted(Path(name).resolve()) if is_local else name,
        "data.image_size": found["side"] or "null",
        **(others if name != own.name else {}),
        **({"base.preprocessing": found["preprocessing"]} if found["preprocessing"] else {}),
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
