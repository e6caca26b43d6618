from dataclasses import replace

import numpy as np
import pytest

from studies.simulated import Experiment
from tests.arms.named import named
from tests.judge.heads import answering
from viewcache.judge.averaging import judge_averaging
from viewcache.judge.choosing import accuracy_of_choosing
from viewcache.judge.confusion import confusion_of
from viewcache.judge.correctness import named_by_arm
from viewcache.judge.decisions import effects_by_fold
from viewcache.judge.disagreement import find_disagreement
from viewcache.judge.judgement import Rule, judge
from viewcache.judge.length import judge_length
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import accuracy_interval, difference_interval
from viewcache.judge.verdict import recommend

IMAGES, TESTED = 2002, 2000
"""The last two are never tested, and validate."""
LABELS, FOLDS = np.arange(IMAGES) % 2, np.arange(TESTED) % 5
NONE, FEW, TWIN = CACHED = [
    named(name, (0, 1, 2), range(5)) for name in ("cached_0", "cached_2", "cached_10")
]
BASELINE = named("baseline", (0,), range(5))
LONGER = {
    replace(arm, seeds=(0,)): replace(arm, name=f"{arm}_twice_as_long", seeds=(0,))
    for arm in (NONE, TWIN)
}


def saying(arm, seed, rotation, rows, right):
    """A head that is right on some rows. Args: right: Of shape (views, rows), 0 or 1."""
    named = np.where(right, LABELS[rows], 1 - LABELS[rows])
    return answering(arm, seed, rotation, rows, named - 0.5)


def asked(arm, tables):
    """The heads of an arm, each of which is asked in its fold."""
    right = np.stack([tables["clean"], tables["robustness"]], axis=1)
    for seed, rotation in arm.trainings:
        rows = np.flatnonzero(rotation == FOLDS)
        yield saying(arm, seed, rotation, rows, right[seed][:, rows])


def validated():
    """Of the two images of validation, longer training learns the last."""
    for usual, longer in LONGER.items():
        for arm, right in ((usual, [[1, 0]]), (longer, [[1, 1]])):
            head = saying(arm, 0, 0, np.array([2000, 2001]), np.repeat(right, 2, axis=0))
            yield replace(head, part="validation")


def judged(of_baseline=0.7, measure="accuracy"):
    """Arms of which `cached_10` alone is right often, and a baseline, which has one seed."""
    accuracies = (0.8, 0.8, 0.9, of_baseline)
    (clean, _), (robust, _) = Experiment(TESTED, 3, accuracies, single=True).repeated(2)
    tables = {
        arm: {"clean": one, "robustness": other}
        for arm, one, other in zip([*CACHED, BASELINE], clean, robust, strict=True)
    }
    heads = [head for arm, own in tables.items() for head in asked(arm, own)]
    images = Sample(LABELS, measure=measure)
    found = judge([*heads, *validated()], LONGER, images, FOLDS, Rule("clean", 0.01))
    return found, tables, heads


@pytest.mark.parametrize("of_baseline", [0.7, 0.99])
def test_the_baseline_is_held_to_the_recommended_arm_and_never_recommended(of_baseline):
    found, tables, _ = judged(of_baseline)
    assert found.recommendation.arm == TWIN
    pair = tables[TWIN]["clean"], tables[BASELINE]["clean"]
    assert found.to_baseline.interval == difference_interval(*pair, Sample(LABELS[:TESTED]))
    assert (found.to_baseline.reference, found.to_baseline.on) == (BASELINE, "clean")
    assert found.to_baseline.is_loss == (of_baseline > 0.9)


@pytest.mark.parametrize("measure", ["accuracy", "balanced_accuracy"])
def test_arms_that_may_be_recommended_are_judged_on_the_tested_images(measure):
    found, tables, heads = judged(measure=measure)
    own, sample = {arm: tables[arm] for arm in CACHED}, Sample(LABELS[:TESTED], measure=measure)
    assert found.recommendation == recommend(own, sample, 0.01, "clean")
    assert found.choosing == accuracy_of_choosing(own, sample, FOLDS, 0.01, "clean")
    assert found.folds == effects_by_fold(own, sample, FOLDS)
    said = named_by_arm(heads)
    confusion = confusion_of(TWIN, said[TWIN], LABELS)
    np.testing.assert_array_equal(found.confusion.clean, confusion.clean)
    disagreement = find_disagreement({arm: said[arm] for arm in CACHED}, LABELS)
    np.testing.assert_array_equal(found.disagreement.rows, disagreement.rows)
    assert found.disagreement.between == (NONE, TWIN)
    of_twin = [head for head in heads if head.arm == TWIN]
    assert found.averaging == judge_averaging(of_twin, Sample(LABELS, measure=measure), 0.01)


def test_every_arm_on_cached_views_has_accuracies_the_baseline_without_an_interval():
    found, tables, _ = judged()
    assert set(found.accuracies) == {*CACHED, BASELINE}
    sample = Sample(LABELS[:TESTED])
    for arm, accuracies in found.accuracies.items():
        for on, (estimate, interval) in accuracies.items():
            assert estimate == sample.estimate(tables[arm][on])
            assert interval == accuracy_interval(tables[arm][on], sample)
            assert (interval is None) == (arm == BASELINE)


def test_whether_training_is_long_enough_is_judged_on_validation_images():
    usual, longer = (
        {arm: dict.fromkeys(("clean", "robustness"), np.array([right])) for arm in LONGER}
        for right in ([1.0, 0.0], [1.0, 1.0])
    )
    sample = Sample(LABELS[TESTED:])
    expected = judge_length(usual, longer, sample, 0.01, "clean", None)
    assert judged()[0].length == expected
    assert expected.gains[0].interval.estimate == 0.5
