"""The files of results: written by `evaluate`, read by whoever logs them later."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median_low
from typing import Any

import pandas as pd

from viewcache.arms.equivalence import Equivalence
from viewcache.costs.reckoning import Reckoning
from viewcache.ground.files import write_text
from viewcache.ground.params.base_settings import Precision
from viewcache.ground.paths import RECOMMENDATION
from viewcache.judge.confusion import Confusion, recall
from viewcache.judge.decisions import Comparison
from viewcache.judge.verdict import Recommendation
from viewcache.report.figures import Arms
from viewcache.report.tables import accuracy_against_seconds, markdown_table
from viewcache.report.words import sentence

METRICS = Path("metrics.json")
EVERYTHING = Path("results.json")
PAGE = Path("report.html")
PLOTS = Path("plots")
PARAMS = PLOTS / "params.json"
RUNS, CURVES = PLOTS / "runs.csv", PLOTS / "learning_curves.csv"
ACCURACY_AGAINST_SECONDS = PLOTS / "accuracy_against_seconds.csv"
TABLE = PLOTS / "table.md"
PICTURES = tuple(PLOTS / name for name in ("views.png", "images.png", "image_sizes.png"))
ARTIFACTS = (PAGE, EVERYTHING, METRICS, TABLE, RUNS, *PICTURES)


@dataclass(frozen=True)
class Results:
    """What `evaluate` found.

    Attributes:
        figures: As in results.json: `recommendation`, `answers`, `arms`,
            `equivalence`, `decisions`, `folds`, `confusion`, `costs`, `replay`, and
            `prediction`, which may be None.
        params: The parameters that it was found with.
        runs: One row a head with its final metrics.
        curves: One row a head and epoch.
    """

    figures: dict[str, Any]
    params: dict[str, Any]
    runs: pd.DataFrame
    curves: pd.DataFrame

    @property
    def arms(self) -> Arms:
        return self.figures["arms"]


def write(found: Results) -> None:
    """Write the results into the working folder, and the tables that follow from them."""
    PLOTS.mkdir(exist_ok=True)
    _write_json(EVERYTHING, found.figures)
    _write_json(RECOMMENDATION, found.figures["recommendation"])
    _write_json(METRICS, metrics_of(found.figures))
    _write_json(PARAMS, found.params)
    write_text(RUNS, found.runs.to_csv(index=False))
    write_text(CURVES, found.curves.to_csv(index=False))
    write_text(TABLE, markdown_table(found.arms))
    by_seconds = accuracy_against_seconds(found.arms)
    write_text(ACCURACY_AGAINST_SECONDS, by_seconds.to_csv(index=False))


def read() -> Results:
    """The results in the working folder."""
    return Results(
        json.loads(EVERYTHING.read_bytes()),
        json.loads(PARAMS.read_bytes()),
        pd.read_csv(RUNS),
        pd.read_csv(CURVES),
    )


def digest_of_results() -> str:
    """SHA-256 of the results in the working folder; with their times, so it names one run."""
    contents = [path.read_bytes() for path in (EVERYTHING, PARAMS, RUNS, CURVES)]
    return hashlib.sha256(b"".join(contents)).hexdigest()


def metrics_of(figures: Mapping[str, Any]) -> dict[str, float]:
    """The few numbers that `dvc metrics` and `dvc exp show` compare; those that are known."""
    arm = figures["arms"][figures["recommendation"]["arm"]]
    answers = figures["answers"]
    numbers = {
        "accuracy": arm["accuracy"],
        "accuracy_augmented": arm["accuracy_augmented"],
        "views": figures["recommendation"]["views"],
        "seconds": arm["seconds"],
        "further_seconds": arm["further_seconds"],
        "gain_under_views": answers["augmentation"]["robustness"]["difference"],
        "gain_clean": answers["augmentation"]["clean"]["difference"],
    }
    return {name: number for name, number in numbers.items() if number is not None}


def record_of_recommendation(
    recommendation: Recommendation, runs: pd.DataFrame, precision: Precision
) -> dict[str, Any]:
    """What to do, and for how many epochs: the median of those that the arm's heads kept.

    Free of times.

    Args:
        runs: One row a head, with `arm` and `kept_epoch`.
        precision: Of the base.
    """
    kept = runs.loc[runs["arm"] == recommendation.arm.name, "kept_epoch"]
    return {
        "arm": recommendation.arm.name,
        "views": recommendation.arm.budget,
        "epochs": median_low(kept.tolist()),
        "sentence": sentence(recommendation, precision),
    }


def record_of_answers(
    recommendation: Recommendation,
    equivalences: Sequence[Equivalence],
    reckoned: Reckoning,
) -> dict[str, Any]:
    """The three questions, answered apart; and how few views are enough."""
    shared = next((one for one in equivalences if one.end_to_end.kind == "compiled"), None)
    return {
        "same": {
            "max_abs_weight_difference": shared and shared.max_abs_weight_difference,
            "changed_test_predictions": shared and shared.changed_test_predictions,
        },
        "enough": {
            "views": recommendation.arm.budget,
            "differences_to_twin": [
                one.as_record() for one in recommendation.comparisons if one.reference.budget
            ],
        },
        "faster": {
            "arms": {arm.name: asdict(factors) for arm, factors in reckoned.faster.items()},
            "predicted": reckoned.predicted,
        },
        "augmentation": {
            "outcome": recommendation.word,
            **{on: one.as_record() for on, one in recommendation.effects.items()},
            "gain": _largest(recommendation, gain=True),
            "loss": _largest(recommendation, gain=False),
        },
    }


def record_of_equivalences(equivalences: Sequence[Equivalence]) -> dict[str, Any]:
    """The twin beside end-to-end: on the runtime that both share, and on Keras' own base."""
    by_kind = {one.end_to_end.kind: one for one in equivalences}
    return {"same_runtime": _same(by_kind.get("compiled")), "keras": _same(by_kind.get("keras"))}


def record_of_decisions(recommendation: Recommendation) -> list[dict[str, Any]]:
    """Every comparison, and of every number of views why it is not enough."""
    shortfalls = {one.arm: one.shortfalls for one in recommendation.candidates}

    def record(comparison: Comparison) -> dict[str, Any]:
        return comparison.as_record() | {"shortfalls": shortfalls.get(comparison.arm, [])}

    return [record(comparison) for comparison in recommendation.comparisons]


def record_of_confusion(confusion: Confusion, classes: Sequence[str]) -> dict[str, Any]:
    """What the recommended arm answers, class by class."""
    return {
        "arm": confusion.arm.name,
        "classes": list(classes),
        "largest_share": confusion.largest_share,
        "clean": confusion.clean.tolist(),
        "robustness": confusion.robustness.tolist(),
        "recall": recall(confusion.clean).tolist(),
        "recall_augmented": recall(confusion.robustness).tolist(),
    }


def _same(equivalence: Equivalence | None) -> dict[str, Any] | None:
    """The twin beside an arm that trained end to end, on matched trainings and test images."""
    if equivalence is None:
        return None
    figures = asdict(equivalence) | {"is_exact": equivalence.is_exact}
    twin, arm = equivalence.twin, equivalence.end_to_end
    trainings = [{"seed": seed, "rotation": rotation} for seed, rotation in arm.trainings]
    return figures | {"twin": twin.name, "end_to_end": arm.name, "trainings": trainings}


def _largest(recommendation: Recommendation, *, gain: bool) -> float | None:
    """The largest known gain or loss of accuracy; None where none is known."""
    effects = recommendation.effects.values()
    known = [one.difference for one in effects if (one.is_gain if gain else one.is_loss)]
    return max(known, key=abs, default=None)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")
