import numpy as np
import pandas as pd
import pytest

from stages.report.comparison import compare_heads, decide, speedups, summarize

SAME = {"budget": 4, "max_abs_weight_difference": 0.0, "identical_test_predictions": True}


def arm(clean, augmented, seconds=10.0, machine="here"):
    return {
        "test_accuracy": clean,
        "test_accuracy_augmented": augmented,
        "total_seconds": seconds,
        "machine": machine,
    }


def test_an_arm_is_summed_up_by_the_mean_and_spread_of_its_seeds():
    runs = pd.DataFrame(
        {
            "arm": ["cached_1", "cached_1", "end_to_end"],
            "seed": [0, 1, 0],
            "test_accuracy": [0.8, 0.9, 0.7],
            "test_accuracy_augmented": [0.6, 0.6, 0.5],
        }
    )
    summary = summarize(runs)
    assert summary["cached_1"]["seeds"] == 2
    assert summary["cached_1"]["test_accuracy"] == pytest.approx(0.85)
    assert summary["cached_1"]["test_accuracy_std"] == pytest.approx(np.std([0.8, 0.9], ddof=1))
    assert summary["cached_1"]["test_accuracy_augmented_std"] == 0
    assert summary["end_to_end"]["test_accuracy_std"] is None


def test_the_fewest_views_that_hold_up_are_chosen():
    arms = {
        "cached_0": arm(0.90, 0.60),
        "cached_1": arm(0.88, 0.85),
        "cached_2": arm(0.895, 0.89, seconds=20.0),
        "cached_4": arm(0.90, 0.90),
        "end_to_end": arm(0.90, 0.895, seconds=100.0),
    }
    verdict = decide(arms, [0, 1, 2, 4], None)
    assert (verdict["choice"], verdict["budget"]) == ("cached_2", 2)
    assert verdict["speedup"] == 5
    assert verdict["accuracy_difference"] == pytest.approx(-0.005)
    assert "0.895" in verdict["reason"]


def test_end_to_end_is_chosen_where_no_cached_views_hold_up():
    arms = {"cached_1": arm(0.5, 0.5), "end_to_end": arm(0.9, 0.9)}
    assert decide(arms, [1], None)["choice"] == "end_to_end"


def test_views_that_cost_clean_accuracy_are_not_chosen():
    arms = {
        "cached_0": arm(0.95, 0.5),
        "cached_1": arm(0.90, 0.9),
        "end_to_end": arm(0.90, 0.9),
    }
    assert decide(arms, [0, 1], None)["choice"] == "end_to_end"


def test_equal_heads_lend_end_to_end_the_accuracies_of_more_seeds():
    arms = {"cached_1": arm(0.8, 0.8), "cached_4": arm(0.8, 0.8), "end_to_end": arm(0.9, 0.9)}
    assert decide(arms, [1, 4], SAME)["choice"] == "cached_1"
    unequal = SAME | {"max_abs_weight_difference": 0.1}
    assert decide(arms, [1, 4], unequal)["choice"] == "end_to_end"


def test_there_is_no_speedup_between_machines():
    arms = {"cached_1": arm(0.9, 0.9), "end_to_end": arm(0.9, 0.9, machine="there")}
    assert decide(arms, [1], None)["speedup"] is None


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
        "cached_2": arm(0.9, 0.9, seconds=5.0) | {"base_passes": 100},
        "end_to_end": arm(0.9, 0.9, seconds=60.0) | {"base_passes": 400},
        "end_to_end_compiled": arm(0.9, 0.9, seconds=30.0) | {"base_passes": 400},
    }
    factors = speedups(arms)["cached_2"]
    assert factors["speedup"] == 12
    assert factors["speedup_by_views"] == 4
    assert factors["speedup_by_runtime"] == 2
    assert factors["speedup_by_rest"] == 1.5
    assert set(speedups(arms)["end_to_end"].values()) == {1.0}


def test_without_end_to_end_on_the_compiled_base_the_runtime_is_not_told_apart():
    arms = {
        "cached_2": arm(0.9, 0.9, seconds=5.0) | {"base_passes": 100},
        "end_to_end": arm(0.9, 0.9, seconds=60.0) | {"base_passes": 400},
    }
    factors = speedups(arms)["cached_2"]
    assert factors["speedup"] == 12
    assert factors["speedup_by_runtime"] is factors["speedup_by_rest"] is None
