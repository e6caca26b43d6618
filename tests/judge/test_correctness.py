import numpy as np
import pytest

from tests.arms.named import head_of, named
from viewcache.judge.correctness import carry_over, correctness, intervals

LABELS = np.array([0, 1, 1])


def logits(*views):
    return np.array(views, dtype=np.float32)[:, :, None]


def test_an_arm_is_right_by_seed_and_image_on_the_clean_view_and_on_random_ones():
    found = correctness(
        LABELS,
        [
            head_of("cached_1", 7, logits([1, 1, 1], [-1, 1, 1], [1, 1, 1])),
            head_of("cached_1", 3, logits([-1, 1, -1], [-1, -1, 1], [-1, 1, 1])),
        ],
    )[named("cached_1")]
    np.testing.assert_array_equal(found["clean"], [[1, 1, 0], [0, 1, 1]])
    np.testing.assert_array_equal(found["robustness"], [[1, 0.5, 1], [0.5, 1, 1]])


def test_heads_of_many_classes_are_right_where_the_highest_logit_is():
    scores = np.eye(3, dtype=np.float32)[None].repeat(2, axis=0)
    found = correctness(LABELS, [head_of("cached_1", 0, scores)])[named("cached_1")]
    np.testing.assert_array_equal(found["clean"], [[1, 1, 0]])


def test_the_arm_with_the_same_heads_speaks_for_end_to_end():
    tables = {
        named(arm): {
            "clean": np.full((seeds, 50), value),
            "robustness": np.full((seeds, 50), value),
        }
        for arm, seeds, value in (("cached_4", 5, 0.5), ("cached_1", 5, 1.0), ("end_to_end", 1, 0))
    }
    twin, other, end_to_end = map(named, ("cached_4", "cached_1", "end_to_end"))
    carried = intervals(carry_over(tables, twin, end_to_end))
    assert carried[end_to_end] == carried[twin] != carried[other]
    assert carry_over(tables, None, end_to_end) == tables


def test_intervals_are_named_by_the_metric_they_belong_to():
    right = np.arange(100)[None] < 80
    arm = named("cached_1")
    found = intervals({arm: {"clean": right * 1.0, "robustness": right * 0.5}})[arm]
    assert found["test_accuracy_low"] < 0.8 < found["test_accuracy_high"]
    assert found["test_accuracy_augmented_low"] < 0.4 < found["test_accuracy_augmented_high"]
    assert found["test_accuracy_low"] == pytest.approx(0.71, abs=0.01)
