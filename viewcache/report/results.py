"""The files of results: written by `evaluate`, read by whoever logs them later."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from viewcache.answers.equivalence import Equivalence
from viewcache.costs.reckoning import Reckoning
from viewcache.ground.files import write_text
from viewcache.ground.params.base_settings import Precision
from viewcache.ground.paths import RECOMMENDATION
from viewcache.judge.choosing import Choosing
from viewcache.judge.confusion import Confusion, recall
from viewcache.judge.correctness import METRICS
from viewcache.judge.decisions import Comparison
from viewcache.judge.judgement import Judgement
from viewcache.judge.length import Length
from viewcache.judge.verdict import Recommendation
from viewcache.report.figures import Arms
from viewcache.report.tables import accuracy_against_seconds, markdown_table
from viewcache.report.words import sentence

SUMMARY = Path("metrics.json")
EVERYTHING = Path("results.json")
PAGE = Path("report.html")
PLOTS = Path("plots")
PARAMS = PLOTS / "params.json"
RUNS, CURVES = PLOTS / "runs.csv", PLOTS / "learning_curves.csv"
ACCURACY_AGAINST_SECONDS = PLOTS / "accuracy_against_seconds.csv"
TABLE = PLOTS / "table.md"
PICTURES = tuple(PLOTS / name for name in ("views.png", "images.png", "image_sizes.png"))
ARTIFACTS = (PAGE, EVERYTHING, SUMMARY, PARAMS, TABLE, RUNS, *PICTURES)


@dataclass(frozen=True)
class Results:
    """What `evaluate` found.

    Attributes:
        figures: As in results.json.
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
    _write_json(SUMMARY, metrics_of(found.figures))
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


def digest_of_results(read: Callable[[Path], bytes] = Path.read_bytes) -> str:
    """SHA-256 of the results in the working folder; with their times, so it names one run.

    Args:
        read: Of another run, how its files are read.
    """
    contents = [read(path) for path in (EVERYTHING, PARAMS, RUNS, CURVES)]
    return hashlib.sha256(b"".join(contents)).hexdigest()


def metrics_of(figures: Mapping[str, Any]) -> dict[str, float]:
    """The few numbers that `dvc metrics` and `dvc exp show` compare; those that are known."""
    arm, answers = figures["arms"][figures["recommendation"]["arm"]], figures["answers"]
    numbers = {
        "accuracy": arm["accuracy"],
        "accuracy_augmented": arm["accuracy_augmented"],
        "accuracy_to_expect": figures["recommendation"]["accuracy_to_expect"],
        "accuracy_of_baseline": figures["arms"]["baseline"]["accuracy"],
        "views": figures["recommendation"]["views"],
        "gain_under_views": answers["augmentation"]["robustness"]["difference"],
        "gain_clean": answers["augmentation"]["clean"]["difference"],
    }
    return {name: number for name, number in numbers.items() if number is not None}


def record_of_recommendation(judged: Judgement, precision: Precision) -> dict[str, Any]:
    """What to do. Free of times.

    Args:
        precision: Of the base.
    """
    recommended, choosing = judged.recommendation, judged.choosing
    enough = recommended.probably_enough
    return {
        "arm": recommended.arm.name,
        "views": recommended.arm.random_views,
        "probably_enough": None if enough is None else enough.random_views,
        "epochs": recommended.arm.epochs,
        "accuracy_to_expect": choosing and choosing.accuracy["clean"],
        "accuracy_augmented_to_expect": choosing and choosing.accuracy["robustness"],
        "sentence": sentence(judged, precision),
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
            "views": recommendation.arm.random_views,
            "differences_to_twin": [
                one.as_record() for one in recommendation.comparisons if one.reference.random_views
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


def record_of_length(length: Length) -> dict[str, Any]:
    """Whether heads were trained long enough, and what twice as many epochs gained."""
    return {
        "is_enough": length.is_enough,
        "gains": [gain.as_record() for gain in length.gains],
        "changes_recommendation": length.changes_recommendation,
        "loss_falls": length.loss_falls,
    }


def record_of_choosing(choosing: Choosing | None) -> dict[str, Any] | None:
    """What each fold's other folds recommend, and how accurate that is on the fold."""
    if choosing is None:
        return None
    arms = {str(fold): arm.name for fold, arm in choosing.arms.items()}
    return {"arms": arms, **{METRICS[on]: one for on, one in choosing.accuracy.items()}}


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
    arm = equivalence.end_to_end
    by_epoch = {str(epoch): most for epoch, most in equivalence.weight_differences.items()}
    return {
        "twin": equivalence.twin.name,
        "end_to_end": arm.name,
        "trainings": [{"seed": seed, "rotation": rotation} for seed, rotation in arm.trainings],
        "epochs": equivalence.epochs,
        "is_exact": equivalence.is_exact,
        "weight_differences": by_epoch,
        "max_abs_weight_difference": equivalence.max_abs_weight_difference,
        "changed_test_predictions": equivalence.changed_test_predictions,
        "test_predictions": equivalence.test_predictions,
        "max_abs_feature_difference": equivalence.max_abs_feature_difference,
    }


def _largest(recommendation: Recommendation, *, gain: bool) -> float | None:
    """The largest known gain or loss of accuracy; None where none is known."""
    effects = recommendation.effects.values()
    known = [one.difference for one in effects if (one.is_gain if gain else one.is_loss)]
    return max(known, key=abs, default=None)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")
