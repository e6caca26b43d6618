"""The files of results: written by `evaluate`, read by whoever logs them later."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from viewcache.arms.equivalence import Equivalence
from viewcache.ground.files import write_text
from viewcache.judge.verdict import Verdict
from viewcache.report.figures import Arms
from viewcache.report.tables import accuracy_against_seconds, markdown_table

METRICS = Path("metrics.json")
PAGE = Path("report.html")
PLOTS = Path("plots")
PARAMS = PLOTS / "params.json"
RUNS, CURVES = PLOTS / "runs.csv", PLOTS / "learning_curves.csv"
ACCURACY_AGAINST_SECONDS = PLOTS / "accuracy_against_seconds.csv"
TABLE = PLOTS / "table.md"
ARTIFACTS = (PAGE, METRICS, TABLE, PLOTS / "views.png")


@dataclass(frozen=True)
class Results:
    """What `evaluate` found.

    Attributes:
        metrics: `arms`, `equivalence`, `verdict`, `replay` and maybe `prediction`, as in
            metrics.json.
        params: The parameters that it was found with.
        runs: One row an arm and seed with its final metrics.
        curves: One row an arm, seed and epoch.
    """

    metrics: dict[str, Any]
    params: dict[str, Any]
    runs: pd.DataFrame
    curves: pd.DataFrame

    @property
    def arms(self) -> Arms:
        return self.metrics["arms"]


def write(found: Results) -> None:
    """Write the results into the working folder, and the tables that follow from them."""
    PLOTS.mkdir(exist_ok=True)
    write_text(METRICS, json.dumps(found.metrics, indent=2, allow_nan=False) + "\n")
    write_text(PARAMS, json.dumps(found.params, indent=2) + "\n")
    write_text(RUNS, found.runs.to_csv(index=False))
    write_text(CURVES, found.curves.to_csv(index=False))
    write_text(TABLE, markdown_table(found.arms))
    by_seconds = accuracy_against_seconds(found.arms)
    write_text(ACCURACY_AGAINST_SECONDS, by_seconds.to_csv(index=False))


def read() -> Results:
    """The results in the working folder."""
    return Results(
        json.loads(METRICS.read_bytes()),
        json.loads(PARAMS.read_bytes()),
        pd.read_csv(RUNS),
        pd.read_csv(CURVES),
    )


def digest_of_results() -> str:
    """SHA-256 of the results in the working folder; with their times, so it names one run."""
    contents = [path.read_bytes() for path in (METRICS, PARAMS, RUNS, CURVES)]
    return hashlib.sha256(b"".join(contents)).hexdigest()


def record_of_verdict(verdict: Verdict, reason: str) -> dict[str, Any]:
    """A verdict as metrics.json has it."""
    choice, findings = verdict.choice, verdict.findings
    return {
        "choice": choice.name if choice else None,
        "budget": choice.budget if choice else None,
        "accuracy_difference": verdict.accuracy_difference,
        "speedup": verdict.speedup,
        "reason": reason,
        "margin": findings.margin,
        "rule": findings.rule,
        "decisions": [comparison.as_record() for comparison in findings.comparisons],
    }


def record_of_equivalences(equivalences: Sequence[Equivalence]) -> dict[str, Any] | None:
    """The equivalence on the base that both ways share, and under `on_keras` on Keras' own."""
    if not equivalences:
        return None
    on_keras, shared = (_record(equivalences[place]) for place in (0, -1))
    return {**shared, "on_keras": on_keras}


def _record(equivalence: Equivalence) -> dict[str, Any]:
    figures = asdict(equivalence)
    del figures["twin"], figures["end_to_end"]
    changed = equivalence.changed_test_predictions
    return {
        "budget": equivalence.twin.budget,
        "base": equivalence.end_to_end.kind,
        **figures,
        "identical_test_predictions": changed == 0,
        "is_exact": equivalence.is_exact,
    }
