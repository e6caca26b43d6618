import numpy as np
import pandas as pd
import pytest

from tests.report.findings import ARMS, NONE, ONE, SAMPLE, reckoned, runs, tables
from viewcache.judge.statistics import accuracy_interval
from viewcache.report.figures import cached_arms, end_to_end_arms, figures_of_arms


def figures(correct=None, heads=None):
    heads = runs() if heads is None else heads
    return figures_of_arms(heads, correct or tables(), SAMPLE, reckoned())


def test_an_arm_has_all_that_is_known_of_it():
    found = figures()
    assert list(found) == [arm.name for arm in ARMS]
    arm = found["cached_1"]
    assert (arm["role"], arm["budget"], arm["kind"]) == ("cached", 1, "compiled")
    assert (arm["originals"], found["views_only_4"]["originals"]) == ("every_second", "never")
    assert (arm["epochs"], arm["seeds"], arm["rotations"]) == (8, 2, 4)
    assert (arm["seconds"], arm["study_seconds"]) == (10.0, 30.0)
    assert arm["validation_loss"] == 0.75
    assert (found["end_to_end"]["seeds"], found["end_to_end"]["rotations"]) == (1, 1)


def test_an_arm_that_was_cut_short_has_its_costs_alone():
    arm = figures()["end_to_end"]
    assert (arm["measured_epochs"], arm["epochs"], arm["seconds"]) == (2, 8, 40.0)
    assert not [name for name in arm if "accuracy" in name or "loss" in name]


def test_a_cached_arm_is_estimated_over_all_test_images_with_its_own_interval():
    arm, right = figures()["cached_0"], tables()[NONE]
    for on, name in (("clean", "accuracy"), ("robustness", "accuracy_augmented")):
        interval = accuracy_interval(right[on], SAMPLE)
        assert arm[name] == pytest.approx(right[on].mean())
        assert (arm[f"{name}_low"], arm[f"{name}_high"]) == (interval.low, interval.high)


def test_an_end_to_end_arm_has_the_means_of_its_own_trainings_and_no_interval():
    heads = runs()
    heads.loc[heads["arm"] == "end_to_end_compiled", "accuracy"] = 0.75
    again = heads[heads["arm"] == "end_to_end_compiled"].assign(accuracy=0.5)
    arm = figures(heads=pd.concat([heads, again]))["end_to_end_compiled"]
    assert (arm["accuracy"], arm["accuracy_augmented"]) == (0.625, 0.5)
    assert not [name for name in arm if name.endswith(("_low", "_high"))]


def test_one_seed_has_no_interval():
    one = {arm: {on: right[:1] for on, right in both.items()} for arm, both in tables().items()}
    arm = figures(one)["cached_1"]
    assert arm["accuracy"] == np.mean(one[ONE]["clean"])
    assert not [name for name in arm if name.endswith(("_low", "_high"))]


def test_arms_are_told_apart_by_their_role():
    assert cached_arms(figures()) == ["cached_0", "cached_1", "cached_4"]
    assert end_to_end_arms(figures()) == ["end_to_end", "end_to_end_compiled"]
