"""Test every arm, put together what it cost, judge, and log all of it to MLflow."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pandas as pd

from viewcache.arms.arm import (
    Arm,
    cached_arms,
    compared_on_cache,
    end_to_end_arms,
    longer_arms,
)
from viewcache.arms.equivalence import find_equivalence
from viewcache.arms.testing import put_arms_to_the_test
from viewcache.arms.trained import TestedHead, epochs_of, losses_of, score
from viewcache.costs.ledger import Training
from viewcache.costs.prediction import compare_with_plan
from viewcache.costs.reckoning import reckon
from viewcache.features.store import FeatureView, open_views
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import PARTS, PREPARED, REPLAY, planned_views
from viewcache.ground.stopwatch import load_record
from viewcache.ground.view_ids import ids_of_test_views
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


def main() -> None:
    params, classes = load_params(), read_classes(PREPARED)
    images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
    views = open_views(planned_views(), images.digests)
    cached, end_to_end = cached_arms(params, rotations), end_to_end_arms(params, rotations)
    arms = [*compared_on_cache(params, rotations), *end_to_end]
    baseline, ended = arms[0], [arm for arm in arms if arm.is_whole]
    tested = put_arms_to_the_test(ended, rotations, params, images, views)
    correct, sample = correctness(images.labels, tested), _sample(params, images, rotations)
    folds = rotation_that_tests(rotations)
    rule = Rule(params.evaluate.rule, params.evaluate.margin)
    length = _length(params, rule, rotations, images, views, tested)
    judged = judge(cached, baseline, correct, sample, folds, length, rule)
    recommendation = judged.recommendation
    confusion = confusion_of(recommendation.arm, tested, images.labels)
    test_views = [0, *ids_of_test_views(params.evaluate.test_views)]
    equivalences = [
        find_equivalence(cached[-1], arm, rotations, views, test_views) for arm in end_to_end
    ]
    runs = pd.DataFrame(score(head, images.labels) for head in tested)
    heads = sum(len(arm.trainings) for arm in arms if arm.trains_on_cache)
    training = Training({rotation.number: len(rotation.train) for rotation in rotations}, heads)
    reckoned = reckon(params, arms, training, load_record)
    figures = figures_of_arms(runs, correct, sample, reckoned)
    own = [head for head in tested if head.arm in cached]
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
        epochs_of([head.trained for head in tested if head.arm != baseline]),
    )
    results.write(found)
    disagreement = find_disagreement(images, classes, own)
    write_page(found, judged, disagreement, trace(params, arms))
    try_to_log(found)
    tell(found.figures)


def _length(
    params: Params,
    rule: Rule,
    rotations: Sequence[Rotation],
    images: Prepared,
    views: Mapping[int, FeatureView],
    tested: Sequence[TestedHead],
) -> Length:
    """Whether heads are trained long enough, by their answers on validation images."""
    pairs = longer_arms(params, rotations)

    def validated(arms: Sequence[Arm]) -> dict[Arm, Correct]:
        heads = put_arms_to_the_test(arms, rotations, params, images, views, "validation")
        return correctness(images.labels, heads)

    usual, longer = validated([*pairs]), validated([*pairs.values()])
    *_, twin = cached_arms(params, rotations)
    losses = losses_of([head for head in tested if head.arm == twin])
    constant = params.train.schedule == "constant"
    sample = _sample(params, images, rotations, "validation")
    return judge_length(usual, longer, sample, rule.margin, rule.on, losses if constant else None)


def _sample(
    params: Params, images: Prepared, rotations: Sequence[Rotation], part: str = "test"
) -> Sample:
    """How the images of a part of all rotations together were sampled."""
    rows = rows_of(rotations, part)
    return Sample(images.labels[rows], open_units(PARTS)[rows], params.evaluate.measure)


if __name__ == "__main__":
    run(main)
