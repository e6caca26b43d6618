import numpy as np
import pytest

from studies.simulated import Experiment
from tests.arms.named import named
from viewcache.judge.decisions import Comparison, by_views, compare, effects_by_fold
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import Interval, difference_interval

NAMES = ("cached_10", "cached_0", "end_to_end", "cached_2")


def compared(images=2000, seeds=5):
    tables, sample = Experiment(images, seeds, (0.9, 0.7, 0.9, 0.9)).draw(np.random.default_rng(0))
    correct = {
        named(name): {"clean": table, "robustness": 1 - table}
        for name, table in zip(NAMES, tables, strict=True)
    }
    return correct, sample, compare(correct, sample, 0.01)


def comparison(interval):
    arm, reference = named("cached_1"), named("cached_0")
    return Comparison(0.0, interval, 0.01, arm=arm, reference=reference, on="clean")


@pytest.mark.parametrize(
    ("low", "high", "effect"),
    [
        (0.001, 0.2, "help"),
        (0.0, 0.2, "harmless"),
        (-0.009, -0.001, "harmless"),
        (-0.01, 0.2, "open"),
        (-0.2, -0.01, "open"),
        (-0.2, -0.011, "harm"),
    ],
)
def test_an_effect_is_named_by_where_its_interval_lies(low, high, effect):
    assert comparison(Interval(0.0, low, high)).effect == effect


def test_a_gain_and_a_loss_are_known_beyond_0():
    known = {(0.001, 0.2): (True, False), (-0.2, -0.001): (False, True), (-0.1, 0.1): (False,) * 2}
    for (low, high), expected in known.items():
        found = comparison(Interval(0.0, low, high))
        assert (found.is_gain, found.is_loss) == expected


def test_without_an_interval_nothing_is_known():
    found = comparison(None)
    assert (found.effect, found.is_gain, found.is_loss) == ("open", False, False)


def test_every_cached_arm_is_held_to_the_twin_and_to_cached_0_on_both():
    correct, sample, found = compared()
    assert [arm.random_views for arm in by_views(correct)] == [0, 2, 10]
    none, few, twin = map(named, ("cached_0", "cached_2", "cached_10"))
    pairs = [(none, twin), (few, twin), (few, none), (twin, none)]
    assert list(found) == [(*pair, on) for pair in pairs for on in ("clean", "robustness")]
    for (arm, reference, on), one in found.items():
        expected = difference_interval(correct[arm][on], correct[reference][on], sample)
        assert one.interval == expected
        assert one.difference == pytest.approx(expected.estimate)


def test_what_is_needed_is_told_where_the_margin_is_within_the_interval():
    *_, found = compared(images=150)
    for one in found.values():
        assert (one.needed is not None) == one.interval.holds(-0.01)
    assert {one.needed is None for one in found.values()} == {True, False}


def test_one_seed_leaves_estimates_without_intervals():
    *_, found = compared(seeds=1)
    assert {one.interval for one in found.values()} == {None}
    gain = found[named("cached_10"), named("cached_0"), "clean"]
    assert 0.1 < gain.difference < 0.3
    assert gain.effect == "open"


def test_a_balanced_difference_is_that_of_balanced_accuracies():
    correct, *_ = compared()
    labels = (np.arange(2000) < 200).astype(int)
    found = compare(correct, Sample(labels, measure="balanced_accuracy"), 0.01)
    difference = correct[named("cached_2")]["clean"] - correct[named("cached_0")]["clean"]
    expected = (difference[:, :200].mean() + difference[:, 200:].mean()) / 2
    one = found[named("cached_2"), named("cached_0"), "clean"]
    assert one.difference == pytest.approx(expected)


def test_the_effect_of_augmenting_is_told_fold_by_fold_as_a_check():
    right = np.array([[1.0, 1.0, 0.0, 0.0, 1.0, 0.0]])
    tables = {
        named("cached_0"): {"clean": 0 * right},
        named("cached_1"): {"clean": 1 - right},
        named("cached_2"): {"clean": right},
    }
    folds = np.array([0, 1, 1, 1, 1, 0])
    sample = Sample(np.array([0, 1, 0, 1, 0, 1]))
    assert effects_by_fold(tables, sample, folds) == {"clean": {0: 0.5, 1: 0.5}}
    tables[named("cached_2")] = {"clean": np.array([[1.0, 0, 0, 0, 1, 1]])}
    assert effects_by_fold(tables, sample, folds) == {"clean": {0: 1.0, 1: 0.25}}
