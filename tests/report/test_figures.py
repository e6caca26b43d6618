import pandas as pd
import pytest
from viewcache.costs.speedup import Speedup

from tests.arms.named import named
from viewcache.costs.ledger import ArmCosts
from viewcache.costs.unused import Unused
from viewcache.report.figures import cached_arms, end_to_end_arms, figures_of_arms


def figures():
    arms = [named("cached_2", 0, 1), named("cached_0", 0, 1), named("end_to_end", 0)]
    names = ["cached_2", "cached_2", "cached_0", "cached_0", "end_to_end"]
    runs = pd.DataFrame({"arm": names, "seed": [0, 1] * 2 + [0]})
    runs["test_accuracy"] = [0.8, 0.9, 0.3, 0.5, 0.7]
    costs = ArmCosts(100, 1.0, 2.0, 3.0, 4.0, 10.0, 3.5, 64, 128, "here")
    return figures_of_arms(
        runs,
        dict.fromkeys(arms, costs),
        dict.fromkeys(arms, Unused(0, 0.0)),
        {arm: {"test_accuracy_low": 0.1} for arm in arms},
        dict.fromkeys(arms, Speedup(2.0, 2.0, None, None)),
    )


def test_an_arm_has_the_means_of_its_seeds_and_all_that_is_known_of_it():
    found = figures()
    assert list(found) == ["cached_2", "cached_0", "end_to_end"]
    arm = found["cached_2"]
    assert (arm["budget"], arm["kind"], arm["seeds"]) == (2, "compiled", 2)
    assert arm["test_accuracy"] == pytest.approx(0.85)
    assert (arm["seconds"], arm["speedup"], arm["unused_views"]) == (10.0, 2.0, 0)
    assert arm["test_accuracy_low"] == 0.1
    assert found["end_to_end"]["seeds"] == 1


def test_arms_are_told_apart_by_their_budget():
    assert cached_arms(figures()) == ["cached_0", "cached_2"]
    assert end_to_end_arms(figures()) == ["end_to_end"]
