"""Test every arm, put together what it cost, judge, and log all of it to MLflow."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd

from viewcache.arms.arm import Arm, arms_of
from viewcache.arms.equivalence import find_equivalences
from viewcache.arms.testing import put_arms_to_the_test
from viewcache.arms.trained import epochs_of, score
from viewcache.costs.ledger import Training
from viewcache.costs.prediction import compare_with_plan
from viewcache.costs.reckoning import reckon
from viewcache.features.store import FeatureView, open_views
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import PARTS, PREPARED, REPLAY
from viewcache.ground.stopwatch import load_record
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.folds import Rotation, open_rotations, open_units, rotation_that_tests
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.judge.confusion import confusion_of
from viewcache.judge.correctness import correctness
from viewcache.judge.decisions import effects_by_fold
from viewcache.judge.disagreement import find_disagreement
from viewcache.judge.sample import Sample
from viewcache.judge.verdict import recommend
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
    test_views = ids_of_test_views(params.evaluate.test_views)
    views = open_views([*params.extract.views, *test_views], images.digests)
    arms = arms_of(params.train, len(rotations))
    tested = put_arms_to_the_test(arms, rotations, params, images, views)
    correct, sample = correctness(images.labels, tested), _sample(params, images, rotations)
    judged = recommend(correct, sample, params.evaluate.margin, params.evaluate.rule)
    confusion = confusion_of(judged.arm, tested, images.labels)
    equivalences = find_equivalences(tested, images.labels, params.train.epochs, views)
    runs = pd.DataFrame(score(head, images.labels) for head in tested)
    training = _training(params, arms, rotations, views)
    reckoned = reckon(params, arms, runs, training, load_record)
    figures = figures_of_arms(runs, correct, sample, reckoned, equivalences)
    precision = params.extract.precision
    found = Results(
        {
            "recommendation": results.record_of_recommendation(judged, runs, precision),
            "answers": results.record_of_answers(judged, equivalences, reckoned),
            "arms": figures,
            "equivalence": results.record_of_equivalences(equivalences),
            "decisions": results.record_of_decisions(judged),
            "folds": effects_by_fold(correct, sample, rotation_that_tests(rotations)),
            "confusion": results.record_of_confusion(confusion, classes),
            "costs": asdict(reckoned.evidence),
            "replay": json.loads(REPLAY.read_bytes()),
            "prediction": compare_with_plan(figures, params),
        },
        params.model_dump(),
        runs,
        epochs_of([head.trained for head in tested]),
    )
    results.write(found)
    disagreement = find_disagreement(images, classes, tested)
    write_page(found, judged, disagreement, trace(params, arms))
    try_to_log(found)
    tell(found.figures)


def _training(
    params: Params,
    arms: Sequence[Arm],
    rotations: Sequence[Rotation],
    views: Mapping[int, FeatureView],
) -> Training:
    rows = {view: len(opened.features) for view, opened in views.items()}
    heads = sum(len(arm.trainings) for arm in arms if arm.budget is not None)
    return Training(len(rotations[0].train), rows, params.extract.random_views, heads)


def _sample(params: Params, images: Prepared, rotations: Sequence[Rotation]) -> Sample:
    """How the test images of all rotations together were sampled."""
    rows = np.sort(np.concatenate([rotation.test for rotation in rotations]))
    return Sample(images.labels[rows], open_units(PARTS)[rows], params.evaluate.measure)


if __name__ == "__main__":
    run(main)
