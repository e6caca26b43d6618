"""Judge the arms by their answers, put together what they cost, and log all of it to MLflow."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import pandas as pd

from viewcache.answers.equivalence import load_equivalences
from viewcache.answers.head_answers import HeadAnswers
from viewcache.answers.metrics import metrics_of
from viewcache.answers.table import read_answers
from viewcache.arms.arm import (
    Arm,
    cached_arms,
    compared_on_cache,
    end_to_end_arms,
    longer_arms,
)
from viewcache.costs.ledger import Training
from viewcache.costs.prediction import compare_with_plan
from viewcache.costs.reckoning import reckon
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import ANSWERS, EPOCHS, EQUIVALENCE, PARTS, PREPARED, REPLAY
from viewcache.ground.stopwatch import load_record
from viewcache.images.folds import (
    Rotation,
    open_rotations,
    open_units,
    rotation_that_tests,
    rows_of,
)
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.judge.confusion import confusion_of
from viewcache.judge.correctness import Correct, correctness
from viewcache.judge.decisions import effects_by_fold
from viewcache.judge.disagreement import find_disagreement
from viewcache.judge.judgement import Rule, judge
from viewcache.judge.length import Length, judge_length
from viewcache.judge.sample import Sample
from viewcache.report import results
from viewcache.report.figures import figures_of_arms
from viewcache.report.page import write_page
from viewcache.report.provenance import trace
from viewcache.report.results import Results
from viewcache.report.terminal import tell
from viewcache.tracking.runs import try_to_log

VALIDATION = ["validation_accuracy", "validation_loss"]
"""After the last epoch, of every head."""


def main() -> None:
    params, classes = load_params(), read_classes(PREPARED)
    images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
    cached, end_to_end = cached_arms(params, rotations), end_to_end_arms(params, rotations)
    arms = [*compared_on_cache(params, rotations), *end_to_end]
    longer, baseline = longer_arms(params, rotations), arms[0]
    answers = read_answers(ANSWERS, [*arms, *longer.values()], images, classes)
    tested = [head for head in answers if head.part == "test"]
    correct, sample = correctness(images.labels, tested), _sample(params, images, rotations)
    epochs, folds = pd.read_csv(EPOCHS), rotation_that_tests(rotations)
    rule = Rule(params.evaluate.rule, params.evaluate.margin)
    length = _length(params, rule, rotations, images, answers, epochs)
    judged = judge(cached, baseline, correct, sample, folds, length, rule)
    recommendation = judged.recommendation
    confusion = confusion_of(recommendation.arm, tested, images.labels)
    equivalences = load_equivalences(EQUIVALENCE, arms)
    last = epochs.groupby(["arm", "seed", "rotation"])[VALIDATION].last().reset_index()
    runs = pd.DataFrame(metrics_of(head, images.labels) for head in tested).merge(last)
    heads = sum(len(arm.trainings) for arm in arms if arm.trains_on_cache)
    training = Training({rotation.number: len(rotation.train) for rotation in rotations}, heads)
    reckoned = reckon(params, arms, training, load_record)
    figures = figures_of_arms(runs, correct, sample, reckoned)
    found = Results(
        {
            "recommendation": results.record_of_recommendation(judged, params.base.precision),
            "answers": results.record_of_answers(recommendation, equivalences, reckoned),
            "arms": figures,
            "equivalence": results.record_of_equivalences(equivalences),
            "decisions": results.record_of_decisions(recommendation),
            "choosing": results.record_of_choosing(judged.choosing),
            "baseline": judged.to_baseline.as_record(),
            "length": results.record_of_length(length),
            "folds": effects_by_fold({arm: correct[arm] for arm in cached}, sample, folds),
            "confusion": results.record_of_confusion(confusion, classes),
            "costs": asdict(reckoned.evidence),
            "replay": json.loads(REPLAY.read_bytes()),
            "prediction": compare_with_plan(figures, params),
        },
        params.model_dump(),
        runs,
        epochs[epochs["arm"] != baseline.name],
    )
    results.write(found)
    own = [head for head in tested if head.arm in cached]
    disagreement = find_disagreement(images, classes, own)
    write_page(found, judged, disagreement, trace(params, arms))
    try_to_log(found)
    tell(found.figures)


def _length(
    params: Params,
    rule: Rule,
    rotations: Sequence[Rotation],
    images: Prepared,
    answers: Sequence[HeadAnswers],
    epochs: pd.DataFrame,
) -> Length:
    """Whether heads are trained long enough, by their answers on validation images."""
    pairs = longer_arms(params, rotations)

    def validated(arms: Iterable[Arm]) -> dict[Arm, Correct]:
        heads = [
            replace(head, arm=arm)
            for arm in arms
            for head in answers
            if head.part == "validation" and head.arm.name == arm.name
        ]
        return correctness(images.labels, heads)

    *_, twin = cached_arms(params, rotations)
    of_twin = epochs[epochs["arm"] == twin.name]
    losses = of_twin.pivot_table("validation_loss", ["seed", "rotation"], "epoch").to_numpy()
    constant = params.train.schedule == "constant"
    return judge_length(
        validated(pairs),
        validated(pairs.values()),
        _sample(params, images, rotations, "validation"),
        rule.margin,
        rule.on,
        losses if constant else None,
    )


def _sample(
    params: Params, images: Prepared, rotations: Sequence[Rotation], part: str = "test"
) -> Sample:
    """How the images of a part of all rotations together were sampled."""
    rows = rows_of(rotations, part)
    return Sample(images.labels[rows], open_units(PARTS)[rows], params.evaluate.measure)


if __name__ == "__main__":
    run(main)
