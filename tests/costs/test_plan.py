"""What is planned is paces times counts: here of other counts for everything."""

import pytest

from tests.arms.named import params_with, rotation_of
from viewcache.costs.paces import Pace
from viewcache.costs.plan import AROUND, BASELINE_EPOCHS, Plan
from viewcache.ground.machine import cores

PACES = {
    "augment": Pace(1.0),
    "compile_base": Pace(13.0),
    "extract": Pace(2.0, image=0.04, view=0.05, row_bytes=5120),
    "train_head": Pace(5.0, image=0.001, view=0.001),
    "train_end_to_end_keras": Pace(6.0, image=0.18, view=0.2),
    "train_end_to_end_compiled": Pace(7.0, image=0.08, view=0.1),
}
HOLDOUT = [rotation_of(range(130, 150), train=range(100), validation=range(100, 130))]
PARTS = [range(20), range(20, 40), range(40, 60)]
FOLDS = [rotation_of(PARTS[fold], fold, PARTS[fold - 1], PARTS[fold - 2]) for fold in range(3)]


def plan(rotations=HOLDOUT, originals="every_second", **end_to_end):
    params = params_with(
        train={"epochs": 10, "originals": originals},
        arms={"budgets": [0, 2, "twin"], "seeds": [0, 1]},
        end_to_end={"keras": 0, "compiled": 0} | end_to_end,
    )
    return Plan(params, rotations, PACES)


def test_a_cached_arm_costs_the_images_and_its_views_once_and_a_head():
    arm = plan().arms["cached_2"]
    assert arm.base_passes == 300
    assert arm.views_seconds == pytest.approx(100 * 0.04 + 200 * 0.05)
    assert arm.head_seconds == pytest.approx(10 * 100 * 0.001)
    assert arm.setup_seconds == 1 + 13 + 2 + 5
    assert arm.seconds == pytest.approx(14 + 1 + 21)
    assert arm.further_seconds == pytest.approx(5 + 1)


def test_end_to_end_costs_every_epoch_and_no_disk():
    arms = plan().arms
    keras, compiled = arms["end_to_end"], arms["end_to_end_compiled"]
    assert keras.base_passes == compiled.base_passes == 1000
    assert keras.seconds == pytest.approx(6 + 500 * (0.18 + 0.2))
    assert keras.further_seconds == pytest.approx(keras.seconds)
    assert keras.head_seconds == arms["cached_2"].head_seconds
    assert compiled.seconds - compiled.further_seconds == pytest.approx(13)
    assert keras.feature_bytes == compiled.feature_bytes == 0


def test_with_the_images_own_features_kept_the_base_sees_them_once():
    arms = plan().arms
    every_time, kept = arms["end_to_end_compiled"], arms["originals_kept"]
    assert kept.base_passes == 600
    assert every_time.seconds - kept.seconds == pytest.approx(400 * (0.08 - 0.001))
    never = plan(originals="never").arms
    assert never["originals_kept"] == never["end_to_end_compiled"]


def test_without_the_images_an_arm_costs_its_views_alone():
    arms = plan(originals="never").arms
    assert [arms[name].base_passes for name in ("cached_0", "cached_2")] == [100, 200]
    assert arms["cached_2"].feature_bytes == 200 * 5120


def test_features_are_kept_of_all_images_and_of_those_that_are_trained_on_in_each_view():
    assert plan().arms["cached_2"].feature_bytes == (150 + 2 * 100) * 5120
    assert plan(FOLDS).arms["cached_2"].feature_bytes == (60 + 2 * 60) * 5120


def test_every_arm_of_the_run_is_planned_and_both_ways_end_to_end_whole():
    assert list(plan(keras=2).arms) == [
        *("baseline", "cached_0", "cached_2", "cached_5", "views_only_5"),
        *("end_to_end", "end_to_end_compiled", "originals_kept"),
    ]
    assert plan(keras=2).arms == plan().arms


def test_a_run_starts_processes_extracts_all_views_and_trains_every_head_a_head_a_core():
    heads = 4 * 2 + 2 * 2  # of two seeds, and some twice as long
    images = 100 * 10 * (1 + (heads - 1) / cores()) + 100 * BASELINE_EPOCHS
    rows = 150 * 0.04 + (5 * 100 + 3 * 50) * 0.05
    starts = 1 + 13 + 2 + 5 + 6 + 7 + AROUND * 5
    assert plan().seconds == pytest.approx(starts + rows + images * 0.001)


def test_end_to_end_costs_a_run_the_epochs_that_are_run():
    none, keras = plan().seconds, plan(keras=2).seconds
    assert keras - none == pytest.approx(100 * (0.18 + 0.2) + 30 * 0.18)
    twice = plan(keras=2, seeds=[0, 1]).seconds
    assert twice - none == pytest.approx(2 * (keras - none))


def test_the_disk_holds_pixels_and_features_of_every_view_twice():
    rows = 150 + 5 * 100 + 3 * 50
    assert plan().bytes == 2 * (150 * 3 * 160**2 + rows * 5120)
