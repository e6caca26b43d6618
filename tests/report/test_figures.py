import numpy as np
import pandas as pd
import pytest

from tests.report.findings import ARMS, NONE, ON_KERAS, SAME, SAMPLE, reckoned, runs, tables
from viewcache.judge.statistics import accuracy_interval
from viewcache.report.figures import cached_arms, end_to_end_arms, figures_of_arms


def figures(correct=None, heads=None):
    heads = runs() if heads is None else heads
    return figures_of_arms(heads, correct or tables(), SAMPLE, reckoned(), [ON_KERAS, SAME])


def test_an_arm_has_all_that_is_known_of_it():
    found = figures()
    assert list(found) == [arm.name for arm in ARMS]
    arm = found["cached_1"]
    assert (arm["budget"], arm["kind"], arm["seeds"], arm["rotations"]) == (1, "compiled", 2, 4)
    assert (arm["seconds"], arm["study_seconds"], arm["unused_views"]) == (10.0, 30.0, 0)
    assert arm["kept_epoch"] == 3.5
    assert (found["end_to_end"]["seeds"], found["end_to_end"]["rotations"]) == (1, 1)


def test_a_cached_arm_is_estimated_over_all_test_images_with_its_own_interval():
    arm, right = figures()["cached_0"], tables()[NONE]
    for on, name in (("clean", "accuracy"), ("robustness", "accuracy_augmented")):
        interval = accuracy_interval(right[on], SAMPLE)
        assert arm[name] == pytest.approx(right[on].mean())
        assert (arm[f"{name}_low"], arm[f"{name}_high"]) == (interval.low, interval.high)


def test_an_end_to_end_arm_has_the_means_of_its_own_trainings_and_no_interval():
    heads = runs()
    heads.loc[heads["arm"] == "end_to_end", "accuracy"] = 0.75
    again = heads[heads["arm"] == "end_to_end"].assign(accuracy=0.5)
    arm = figures(heads=pd.concat([heads, again]))["end_to_end"]
    assert (arm["accuracy"], arm["accuracy_augmented"]) == (0.625, 0.5)
    assert not [name for name in arm if name.endswith(("_low", "_high"))]
    assert arm["accuracy_of_twin"] == ON_KERAS.accuracy_of_twin
    assert arm["accuracy_augmented_of_twin"] == ON_KERAS.accuracy_augmented_of_twin


def test_one_seed_has_no_interval():
    one = {arm: {on: right[:1] for on, right in both.items()} for arm, both in tables().items()}
    arm = figures(one)["cached_1"]
    assert arm["accuracy"] == np.mean(one[ARMS[1]]["clean"])
    assert not [name for name in arm if name.endswith(("_low", "_high"))]


def test_arms_are_told_apart_by_their_budget():
    found = dict(reversed(figures().items()))
    assert cached_arms(found) == ["cached_0", "cached_1", "cached_4"]
    assert end_to_end_arms(figures()) == ["end_to_end", "end_to_end_compiled"]
