import numpy as np
import pandas as pd
import pytest

from viewcache.arms.equivalence import compare_heads, same_heads
from viewcache.judge.comparison import merge, speedups, summarize

SAME = {"budget": 4, "max_abs_weight_difference": 0.0, "identical_test_predictions": True}


def arm(seconds, passes, machine="here"):
    return {"total_seconds": seconds, "base_passes": passes, "machine": machine}


def test_an_arm_is_summed_up_by_the_mean_of_its_seeds():
    runs = pd.DataFrame(
        {
            "arm": ["cached_1", "cached_1", "end_to_end"],
            "seed": [0, 1, 0],
            "test_accuracy": [0.8, 0.9, 0.7],
        }
    )
    summary = summarize(runs)
    assert summary["cached_1"] == {"seeds": 2, "test_accuracy": pytest.approx(0.85)}
    assert summary["end_to_end"]["seeds"] == 1


def test_heads_are_the_same_where_weights_and_answers_are():
    assert same_heads(SAME) == "cached_4"
    assert same_heads(SAME | {"max_abs_weight_difference": 0.1}) is None
    assert same_heads(SAME | {"identical_test_predictions": False}) is None
    assert same_heads(None) is None


def test_what_is_known_of_an_arm_is_put_together():
    assert merge({"a": {"x": 1}, "b": {"x": 2}}, {"b": {"y": 3}, "a": {"y": 4}}) == {
        "a": {"x": 1, "y": 4},
        "b": {"x": 2, "y": 3},
    }


def test_heads_are_compared_weight_by_weight_and_answer_by_answer():
    ours = ([np.zeros(3), np.ones(2)], np.array([[[0.1], [-0.2]]]))
    theirs = ([np.zeros(3), np.array([1, 1.25])], np.array([[[0.3], [-0.1]]]))
    assert compare_heads([ours, ours], [ours, theirs]) == {
        "max_abs_weight_difference": 0.25,
        "identical_test_predictions": True,
        "changed_test_predictions": 0,
    }
    other = (theirs[0], np.array([[[0.3], [0.1]]]))
    found = compare_heads([ours], [other])
    assert not found["identical_test_predictions"]
    assert found["changed_test_predictions"] == 1


def test_a_speedup_is_the_product_of_its_factors():
    arms = {
        "cached_2": arm(5.0, 100),
        "end_to_end": arm(60.0, 400),
        "end_to_end_compiled": arm(30.0, 400),
    }
    factors = speedups(arms)["cached_2"]
    assert factors["speedup"] == 12
    assert factors["speedup_by_views"] == 4
    assert factors["speedup_by_runtime"] == 2
    assert factors["speedup_by_rest"] == 1.5
    assert set(speedups(arms)["end_to_end"].values()) == {1.0}


def test_without_end_to_end_on_the_compiled_base_the_runtime_is_not_told_apart():
    factors = speedups({"cached_2": arm(5.0, 100), "end_to_end": arm(60.0, 400)})["cached_2"]
    assert factors["speedup"] == 12
    assert factors["speedup_by_runtime"] is factors["speedup_by_rest"] is None


def test_there_is_no_speedup_between_machines():
    arms = {"cached_1": arm(5.0, 100), "end_to_end": arm(60.0, 400, machine="there")}
    assert speedups(arms)["cached_1"]["speedup"] is None
