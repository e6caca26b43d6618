import numpy as np
import pytest

from studies.simulated import Experiment
from tests.arms.named import named
from viewcache.judge.choosing import accuracy_of_choosing
from viewcache.judge.sample import Sample
from viewcache.judge.verdict import recommend

NAMES = ("cached_0", "cached_2", "cached_10")
NONE, FEW, TWIN = map(named, NAMES)


def drawn(accuracies, images=1000, seed=0):
    """Tables of arms that are as right on images as they are as under views, and folds."""
    rng = np.random.default_rng(seed)
    (clean, sample), (robust, _) = (Experiment(images, 3, accuracies).draw(rng) for _ in range(2))
    tables = {
        arm: {"clean": one, "robustness": other}
        for arm, one, other in zip((NONE, FEW, TWIN), clean, robust, strict=True)
    }
    return tables, sample, rng.integers(0, 5, images)


@pytest.mark.parametrize("rule", ["clean", "robustness"])
@pytest.mark.parametrize("measure", ["accuracy", "balanced_accuracy"])
def test_every_image_counts_by_the_arm_that_the_other_folds_recommend(rule, measure):
    tables, sample, folds = drawn((0.84, 0.85, 0.86))
    sample = Sample(sample.labels, measure=measure)
    found = accuracy_of_choosing(tables, sample, folds, 0.01, rule)
    right = np.empty(len(folds))
    for fold in range(5):
        kept = folds != fold
        others = {
            arm: {on: table[:, kept] for on, table in correct.items()}
            for arm, correct in tables.items()
        }
        arm = recommend(others, Sample(sample.labels[kept], measure=measure), 0.01, rule).arm
        assert found.arms[fold] == arm
        right[~kept] = tables[arm]["clean"][:, ~kept].mean(axis=0)
    of_classes = [right[sample.labels == label].mean() for label in (0, 1)]
    expected = right.mean() if measure == "accuracy" else np.mean(of_classes)
    assert found.accuracy["clean"] == pytest.approx(expected)


def test_a_fold_has_no_say_in_what_it_is_scored_with():
    """Augmentation helps in one fold alone, and there by so much that it is recommended."""
    folds = np.arange(1000) % 5
    plain = np.repeat(1.0 * (np.arange(1000) % 2)[None], 2, axis=0)
    augmented = np.where(folds == 3, 1.0, plain)
    tables = {
        arm: dict.fromkeys(("clean", "robustness"), table)
        for arm, table in ((NONE, plain), (TWIN, augmented))
    }
    sample = Sample(np.zeros(1000, int))
    assert recommend(tables, sample, 0.01, "clean").arm == TWIN
    found = accuracy_of_choosing(tables, sample, folds, 0.01, "clean")
    assert found.arms == {fold: NONE if fold == 3 else TWIN for fold in range(5)}
    assert found.accuracy["clean"] == pytest.approx(plain.mean())


def test_where_all_folds_choose_the_same_it_is_that_arms_accuracy():
    tables, sample, folds = drawn((0.6, 0.7, 0.9))
    found = accuracy_of_choosing(tables, sample, folds, 0.01, "clean")
    assert set(found.arms.values()) == {TWIN}
    assert found.accuracy == {
        on: pytest.approx(sample.estimate(tables[TWIN][on])) for on in ("clean", "robustness")
    }


def test_a_holdout_has_none():
    tables, sample, folds = drawn((0.84, 0.85, 0.86))
    assert accuracy_of_choosing(tables, sample, 0 * folds, 0.01, "clean") is None
