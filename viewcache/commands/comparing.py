"""Hold runs to each other: by their answers, image by image and seed by seed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from viewcache.answers.tested import Tested, compared_columns, tested_by
from viewcache.commands.run_files import WORKSPACE, Run, find_run
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.schema import Params
from viewcache.ground.params.section import Section
from viewcache.ground.paths import ANSWERS
from viewcache.judge.between_runs import Measure, accuracies, hold_pairs, pair, verdict
from viewcache.judge.correctness import metrics
from viewcache.judge.decisions import Difference
from viewcache.judge.statistics import Needed
from viewcache.report.comparison import comparison
from viewcache.report.results import EVERYTHING, PARAMS, digest_of_results

COSTS = ("base_passes", "seconds", "further_seconds", "machine")
Record = dict[str, Any]


@dataclass(frozen=True)
class Compared:
    """An arm of a run.

    Attributes:
        figures: Of the arm, as in results.json.
        params: Of the run.
    """

    run: Run
    arm: str
    figures: Mapping[str, Any]
    params: Mapping[str, Any]
    tested: Tested


def compare(names: Sequence[str], arms: str | None, as_json: bool) -> None:
    """Print how arms of runs compare with the first, and add that to their runs in MLflow.

    Args:
        names: Of runs; a single one is held to by the workspace.
        arms: Of the first run and of the others, parted by a comma, or of all; None: what each
            recommends.

    Raises:
        PipelineError: a run is not to be found, or has nothing in common with the first.
    """
    runs = [find_run(name) for name in (names if len(names) > 1 else [*names, WORKSPACE])]
    first, *others = _open(runs, arms)
    record = compare_runs(first, others)
    print(json.dumps(record, indent=2, allow_nan=False) if as_json else comparison(record))
    _log(others, record["comparisons"])


def open_compared(run: Run, arm: str = "") -> Compared:
    """Open an arm of a run: the recommended one, where none is named.

    Raises:
        PipelineError: the run lacks a file, or has no answers of that arm.
    """
    figures, stated = (json.loads(run.read(path)) for path in (EVERYTHING, PARAMS))
    arm = arm or figures["recommendation"]["arm"]
    try:
        tested = tested_by(compared_columns(run.read(ANSWERS)), arm)
    except PipelineError as error:
        raise PipelineError(f"{run.name} cannot be compared", error) from error
    return Compared(run, arm, figures["arms"][arm], with_defaults(stated), tested)


def with_defaults(stated: Mapping[str, Any], section: type[Section] = Params) -> dict[str, Any]:
    """Parameters of a run, each that its version did not have yet with its default."""
    values = dict(stated)
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            values[name] = with_defaults(values.get(name, {}), kind)
        elif not field.is_required():
            values.setdefault(name, field.default)
    return values


def compare_runs(reference: Compared, others: Sequence[Compared]) -> Record:
    """Everything that is told, as JSON can hold it; by the measure and margin of the reference."""
    settings = reference.params["evaluate"]
    measure, margin = settings["measure"], settings["margin"]
    return {
        "measure": measure,
        "margin": margin,
        "runs": [_run(one, measure) for one in (reference, *others)],
        "comparisons": [_comparison(one, reference, measure, margin) for one in others],
    }


def changes(
    params: Mapping[str, Any], reference: Mapping[str, Any], prefix: str = ""
) -> dict[str, list[Any]]:
    """From each parameter that differs to its value in the reference and in the other."""
    found: dict[str, list[Any]] = {}
    for name in dict.fromkeys([*reference, *params]):
        one, other = reference.get(name), params.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found |= changes(other, one, f"{prefix}{name}.")
        elif one != other:
            found[prefix + name] = [one, other]
    return found


def _open(runs: Sequence[Run], arms: str | None) -> list[Compared]:
    first, _, rest = (arms or "").partition(",")
    return [
        open_compared(run, (rest or first) if place else first) for place, run in enumerate(runs)
    ]


def _run(one: Compared, measure: Measure) -> Record:
    """What is known of an arm by itself."""
    accuracy = accuracies(one.tested, measure)
    seconds = one.figures["augment_seconds"] + one.figures["base_seconds"]
    return {
        "run": one.run.name,
        "arm": one.arm,
        **{metrics(measure)[on]: accuracy[on] for on in accuracy},
        **{name: one.figures[name] for name in COSTS},
        "images_a_second": one.figures["base_passes"] / seconds if seconds else None,
    }


def _comparison(one: Compared, reference: Compared, measure: Measure, margin: float) -> Record:
    changed = changes(one.params, reference.params)
    drawn = [name for name in changed if name == "seed" or name.startswith("augment.")]
    pairs = pair(one.tested, reference.tested, measure, same_views=not drawn)
    if not pairs.sample.images:
        rule = f"{one.run.name} and {reference.run.name} must have tested an image in one rotation"
        raise PipelineError(rule, pairs.left_out)
    found = hold_pairs(pairs, margin)
    return {
        "run": one.run.name,
        "reference": reference.run.name,
        "arms": [one.arm, reference.arm],
        "images": pairs.sample.images,
        "seeds": list(pairs.seeds),
        "left_out": pairs.left_out,
        "changed": changed,
        "on": {on: _difference(of) for on, of in found.items()},
    }


def _difference(found: Difference) -> Record:
    interval, needed = found.interval, found.needed or Needed(None, None, None)
    return {
        "verdict": verdict(found),
        "difference": found.difference,
        "low": interval and interval.low,
        "high": interval and interval.high,
        **asdict(needed),
    }


def _log(others: Sequence[Compared], comparisons: Sequence[Record]) -> None:
    """Add each comparison to its own run in MLflow, if there is one; or say why that failed."""
    from viewcache.tracking.compared_runs import log_comparison
    from viewcache.tracking.run_store import connect, one_line_if_it_fails
    from viewcache.tracking.runs import run_of_results

    with one_line_if_it_fails("MLflow has not this comparison"):
        for one, compared in zip(others, comparisons, strict=True):
            run = one.run.mlflow_id or run_of_results(connect(), digest_of_results(one.run.read))
            if run:
                log_comparison(run, list(_rows(compared)))


def _rows(compared: Record) -> Iterator[Record]:
    arm, reference = compared["arms"]
    of = {"run": compared["run"], "arm": arm, "reference": compared["reference"]}
    for on, found in compared["on"].items():
        yield of | {"reference_arm": reference, "on": on, "images": compared["images"]} | found
