"""The files of results: written by `evaluate`, read by whoever logs them later."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from viewcache.answers.equivalence import Equivalence
from viewcache.ground.files import write_text
from viewcache.ground.paths import RECOMMENDATION
from viewcache.judge.averaging import Averaging
from viewcache.judge.choosing import Choosing
from viewcache.judge.confusion import Confusion, recall
from viewcache.judge.correctness import metrics
from viewcache.judge.decisions import Comparison
from viewcache.judge.length import Length
from viewcache.judge.sample import Measure
from viewcache.judge.statistics import Interval, Needed
from viewcache.judge.verdict import Recommendation
from viewcache.report.findings import Findings
from viewcache.report.sentence import sentence
from viewcache.report.table import accuracy_against_seconds, markdown

SUMMARY = Path("metrics.json")
EVERYTHING = Path("results.json")
PAGE = Path("report.html")
PLOTS = Path("plots")
PARAMS = PLOTS / "params.json"
RUNS, CURVES = PLOTS / "runs.csv", PLOTS / "learning_curves.csv"
ACCURACY_AGAINST_SECONDS = PLOTS / "accuracy_against_seconds.csv"
TABLE = PLOTS / "table.md"
PICTURES = tuple(
    PLOTS / f"{name}.png" for name in ("views", "images", "image_sizes", "near_duplicates")
)
ARTIFACTS = (PAGE, EVERYTHING, SUMMARY, PARAMS, TABLE, RUNS, *PICTURES)
Record = dict[str, Any]
"""What JSON can hold."""


@dataclass(frozen=True)
class Results:
    """What is read of the files.

    Attributes:
        figures: results.json.
        params: The parameters that it was found with.
        runs: One row a head with its final measures.
        curves: One row a head and epoch.
    """

    figures: Record
    params: Record
    runs: pd.DataFrame
    curves: pd.DataFrame

    @property
    def arms(self) -> Mapping[str, Record]:
        return self.figures["arms"]


def write(found: Findings) -> None:
    """Write the results into the working folder, and the tables that follow from them."""
    PLOTS.mkdir(exist_ok=True)
    figures = record_of(found)
    _write_json(EVERYTHING, figures)
    _write_json(RECOMMENDATION, figures["recommendation"])
    _write_json(SUMMARY, summary_of(figures))
    _write_json(PARAMS, found.params.model_dump())
    write_text(RUNS, found.runs.to_csv(index=False))
    write_text(CURVES, found.curves.to_csv(index=False))
    write_text(TABLE, markdown(found.table, found.judged.measure))
    by_seconds = accuracy_against_seconds(found.table, found.judged.measure)
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


def summary_of(figures: Record) -> dict[str, float]:
    """The few numbers that `dvc metrics` and `dvc exp show` compare; those that are known.

    Args:
        figures: As in results.json.
    """
    arm, answers = figures["arms"][figures["recommendation"]["arm"]], figures["answers"]
    measure = figures.get("measure", "accuracy")  # Older results had no other.
    numbers = {
        **{name: arm[name] for name in metrics(measure).values()},
        f"{measure}_to_expect": figures["recommendation"][f"{measure}_to_expect"],
        f"{measure}_of_baseline": figures["arms"]["baseline"][measure],
        "views": figures["recommendation"]["views"],
        "gain_under_views": answers["augmentation"]["robustness"]["difference"],
        "gain_clean": answers["augmentation"]["clean"]["difference"],
    }
    return {name: number for name, number in numbers.items() if number is not None}


def record_of(found: Findings) -> Record:
    """All that was found, as results.json has it."""
    judged = found.judged
    return {
        "recommendation": _recommendation(found),
        "measure": judged.measure,
        "answers": _answers(found),
        "arms": {arm.name: row for arm, row in found.table.items()},
        "equivalence": {
            "same_runtime": _equivalence(found.held_to("compiled")),
            "keras": _equivalence(found.held_to("keras")),
        },
        "decisions": _decisions(judged.recommendation),
        "choosing": _choosing(judged.choosing, judged.measure),
        "baseline": _comparison(judged.to_baseline),
        "length": _length(judged.length),
        "averaged_views": _averaging(judged.averaging),
        "folds": judged.folds,
        "confusion": _confusion(judged.confusion) | {"classes": list(found.classes)},
        "costs": asdict(found.reckoned.evidence),
        "replay": found.replay,
        "prediction": found.prediction,
    }


def _recommendation(found: Findings) -> Record:
    """What to do. Free of times."""
    arm, choosing = found.recommended, found.judged.choosing
    enough = found.judged.recommendation.probably_enough
    return {
        "arm": arm.name,
        "views": arm.random_views,
        "probably_enough": enough and enough.random_views,
        "epochs": arm.epochs,
        **{
            f"{name}_to_expect": choosing and choosing.accuracy[on]
            for on, name in metrics(found.judged.measure).items()
        },
        "sentence": sentence(found),
    }


def _answers(found: Findings) -> Record:
    """The three questions, answered apart; and how few views are enough."""
    recommendation, same = found.judged.recommendation, found.held_to("compiled")
    return {
        "same": {
            "max_abs_weight_difference": same and same.max_abs_weight_difference,
            "changed_test_predictions": same and same.changed_test_predictions,
        },
        "enough": {
            "views": recommendation.arm.random_views,
            "differences_to_twin": [_comparison(one) for one in recommendation.to_twin],
        },
        "faster": {
            "arms": {
                arm.name: {span: asdict(speed.times) for span, speed in speeds.items()}
                for arm, speeds in found.reckoned.speeds.items()
            },
            "predicted": found.reckoned.predicted,
        },
        "augmentation": {
            "outcome": recommendation.word,
            **{on: _comparison(one) for on, one in recommendation.effects.items()},
            "gain": recommendation.gain,
            "loss": recommendation.loss,
        },
    }


def _equivalence(one: Equivalence | None) -> Record | None:
    """The twin beside an arm that trained end to end, on matched trainings and test images."""
    if one is None:
        return None
    by_epoch = {str(epoch): most for epoch, most in one.weight_differences.items()}
    trainings = [{"seed": seed, "rotation": number} for seed, number in one.end_to_end.trainings]
    return vars(one) | {
        "twin": one.twin.name,
        "end_to_end": one.end_to_end.name,
        "trainings": trainings,
        "epochs": one.epochs,
        "is_exact": one.is_exact,
        "weight_differences": by_epoch,
        "max_abs_weight_difference": one.max_abs_weight_difference,
    }


def _decisions(recommendation: Recommendation) -> list[Record]:
    """Every comparison, and of every number of views why it is not enough."""
    shortfalls = {one.arm: one.shortfalls for one in recommendation.candidates}
    return [
        _comparison(one) | {"shortfalls": shortfalls.get(one.arm, [])}
        for one in recommendation.comparisons
    ]


def _comparison(one: Comparison) -> Record:
    return {
        **{"arm": one.arm.name, "reference": one.reference.name},
        **{"on": one.on, "effect": one.effect},
        **_difference(one.difference, one.interval),
        **asdict(one.needed or Needed(None, None, None)),
    }


def _difference(estimate: float, interval: Interval | None) -> Record:
    ends = (interval.low, interval.high) if interval else (None, None)
    return {"difference": estimate, "low": ends[0], "high": ends[1]}


def _choosing(choosing: Choosing | None, measure: Measure) -> Record | None:
    """What each fold's other folds recommend, and how accurate that is on the fold."""
    if choosing is None:
        return None
    arms = {str(fold): arm.name for fold, arm in choosing.arms.items()}
    return {"arms": arms, **{metrics(measure)[on]: one for on, one in choosing.accuracy.items()}}


def _averaging(averaging: Averaging | None) -> Record | None:
    """What the mean over views gains on the image alone, with the recommended arm."""
    if averaging is None:
        return None
    gained = _difference(averaging.difference, averaging.interval)
    return {"views": averaging.views, "accuracy": averaging.accuracy, **gained}


def _length(length: Length) -> Record:
    """Whether heads were trained long enough, and what twice as many epochs gained."""
    return {
        "is_enough": length.is_enough,
        "gains": [
            {"arm": gain.arm.name, "on": gain.on, "known": gain.is_known}
            | _difference(gain.interval.estimate, gain.interval)
            for gain in length.gains
        ],
        "changes_recommendation": length.changes_recommendation,
        "loss_falls": length.loss_falls,
    }


def _confusion(confusion: Confusion) -> Record:
    """What the recommended arm answers, class by class."""
    return {
        "arm": confusion.arm.name,
        "largest_share": confusion.largest_share,
        "clean": confusion.clean.tolist(),
        "robustness": confusion.robustness.tolist(),
        "recall": recall(confusion.clean).tolist(),
        "recall_augmented": recall(confusion.robustness).tolist(),
    }


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")
