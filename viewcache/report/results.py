"""The files of results: written by `evaluate`, read by whoever logs or shows them."""

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from viewcache.ground.files import write_text
from viewcache.report.pictures.accuracy import against_seconds, learning_curves
from viewcache.report.pictures.style import draw_png
from viewcache.report.tables import TESTED_ON, accuracy_against_seconds, markdown_table

METRICS = Path("metrics.json")
PAGE = Path("report.html")
PLOTS = Path("plots")
PARAMS = PLOTS / "params.json"
RUNS, CURVES = PLOTS / "runs.csv", PLOTS / "learning_curves.csv"
ACCURACY_AGAINST_SECONDS = PLOTS / "accuracy_against_seconds.csv"
TABLE = PLOTS / "table.md"
ARTIFACTS = (
    PAGE,
    METRICS,
    TABLE,
    PLOTS / "accuracy_against_seconds.png",
    PLOTS / "learning_curves.png",
    PLOTS / "views.png",
)


@dataclass(frozen=True)
class Results:
    """What `evaluate` found.

    Attributes:
        metrics: `arms`, `equivalence`, `verdict`, `replay` and maybe `prediction`, as in
            metrics.json.
        params: The parameters that it was found with.
        runs: One row an arm and seed with its final metrics.
        curves: One row an arm, seed and epoch.
        digest: SHA-256 of all of it. Times are part of it, so it names one run of the stages.
    """

    metrics: dict[str, Any]
    params: dict[str, Any]
    runs: pd.DataFrame
    curves: pd.DataFrame
    digest: str


def write(
    *,
    params: dict[str, Any],
    arms: dict[str, dict[str, Any]],
    equivalence: dict[str, Any] | None,
    verdict: dict[str, Any],
    replay: dict[str, Any],
    prediction: dict[str, Any] | None,
    runs: pd.DataFrame,
    curves: pd.DataFrame,
) -> None:
    PLOTS.mkdir(exist_ok=True)
    metrics: dict[str, Any] = {
        "arms": arms,
        "equivalence": equivalence,
        "verdict": verdict,
        "replay": replay,
    }
    if prediction:
        metrics["prediction"] = prediction
    write_text(METRICS, json.dumps(metrics, indent=2, allow_nan=False) + "\n")
    write_text(PARAMS, json.dumps(params, indent=2) + "\n")
    write_text(TABLE, markdown_table(arms))
    write_text(RUNS, runs.to_csv(index=False))
    write_text(CURVES, curves.to_csv(index=False))
    by_seconds = accuracy_against_seconds(arms)
    write_text(ACCURACY_AGAINST_SECONDS, by_seconds.to_csv(index=False))
    panels = [partial(against_seconds, arms=arms, metric=metric) for metric in TESTED_ON]
    draw_png(PLOTS / "accuracy_against_seconds.png", panels)
    draw_png(PLOTS / "learning_curves.png", [partial(learning_curves, curves=curves)])


def read() -> Results:
    contents = [path.read_bytes() for path in (METRICS, PARAMS, RUNS, CURVES)]
    return Results(
        json.loads(contents[0]),
        json.loads(contents[1]),
        pd.read_csv(RUNS),
        pd.read_csv(CURVES),
        hashlib.sha256(b"".join(contents)).hexdigest(),
    )
