import dataclasses

import numpy as np
import pytest

from tests.arms.named import named
from viewcache.costs.model import (
    ORIGINALS_KEPT,
    Amounts,
    Pace,
    Paces,
    SetUp,
    UnitCosts,
    break_even,
    disk_bytes,
    predict,
)
from viewcache.ground.params.loading import load_params
from viewcache.heads.schedule import course

SET_UP = SetUp(
    start=1.0,
    start_extract=2.0,
    start_tensorflow=5.0,
    compile_base=8.0,
    load_base=0.5,
    open_base=0.25,
)
PACES = Paces(
    extract=Pace(start=0.5, augment=0.01, rest=0.04),
    extract_identity=Pace(start=0.5, augment=0.0, rest=0.04),
    end_to_end={"keras": Pace(3.0, 0.02, 0.18), "compiled": Pace(1.0, 0.02, 0.08)},
    head=Pace(start=2.0, augment=0.0, rest=0.001),
)
COSTS = UnitCosts(SET_UP, PACES, row_bytes=5120)


def amounts(training):
    """Not those of any folds, so that no number stands for another."""
    return Amounts(images=5 * training, training=training, trained=4 * training, tested=3)


WHOLE = course(10, "every_second")
"""With five random views."""
NEVER = course(10, "never")


def predicted(training=100, budgets=(0, 2, 5), whole=WHOLE, costs=COSTS):
    arms = [named(f"cached_{budget}", (0, 1), (0, 1), whole) for budget in budgets]
    return predict(costs, arms, amounts(training))


def test_a_cached_arm_costs_the_images_and_its_views_once_and_a_head():
    arm = predicted()["cached_2"]
    assert arm.base_passes == 300
    assert arm.augment_seconds == pytest.approx(200 * 0.01)
    assert arm.base_seconds == pytest.approx(3 * 0.5 + 300 * 0.04)
    assert arm.head_seconds == pytest.approx(2 + 10 * 100 * 0.001)
    assert arm.setup_seconds == pytest.approx(1 + (5 + 8) + 2 + 5)
    assert arm.seconds == pytest.approx(2 + 13.5 + 3 + 21)
    assert arm.again_seconds == pytest.approx(5 + 3)


def test_cached_0_costs_one_view_that_is_not_rendered():
    arm = predicted()["cached_0"]
    assert arm.base_passes == 100
    assert arm.augment_seconds == 0


def test_without_the_images_a_cached_arm_costs_its_views_alone():
    arms = predicted(whole=NEVER)
    assert (arms["cached_0"].base_passes, arms["cached_2"].base_passes) == (100, 200)


def test_end_to_end_costs_every_epoch_and_no_disk():
    arm = predicted()["end_to_end"]
    assert arm.base_passes == 1000
    rendered = 5 * 100 * 0.02
    assert arm.seconds == pytest.approx(5 + 0.5 + 3 + rendered + 1000 * 0.18)
    assert arm.head_seconds == predicted()["cached_2"].head_seconds
    assert arm.again_seconds == arm.seconds
    assert arm.feature_bytes == 0


def test_without_the_images_every_epoch_is_rendered():
    assert predicted(whole=NEVER)["end_to_end"].augment_seconds == 1000 * 0.02


def test_end_to_end_on_the_compiled_base_compiles_it_once():
    arm = predicted()["end_to_end_compiled"]
    assert arm.setup_seconds == pytest.approx(13 + 5 + 0.25)
    assert arm.seconds - arm.again_seconds == pytest.approx(13)


def test_with_the_images_own_features_kept_the_base_sees_them_once():
    arms = predicted()
    every_time, kept = arms["end_to_end_compiled"], arms[ORIGINALS_KEPT]
    assert kept.base_passes == 600
    heads = 4 / 10 * kept.head_seconds  # of the epochs that make no base pass
    assert every_time.seconds - kept.seconds == pytest.approx(400 * 0.08 - heads)
    never = predicted(whole=NEVER)
    assert never[ORIGINALS_KEPT] == never["end_to_end_compiled"]


@pytest.mark.parametrize(("name", "rows"), [("cached_2", 500 + 2 * 400), ("cached_0", 500)])
def test_the_size_of_features_is_that_of_the_rows_of_all_images(name, rows):
    assert predicted()[name].feature_bytes == np.zeros((rows, 1280), np.float32).nbytes


def test_all_ways_to_train_end_to_end_are_predicted_whichever_run():
    cached = ["cached_0", "cached_2", "cached_5"]
    assert list(predicted()) == [*cached, "end_to_end", "end_to_end_compiled", ORIGINALS_KEPT]


def test_so_many_views_break_even():
    arms = predicted(8, (2, 3))
    reference = arms["end_to_end_compiled"].seconds
    assert arms["cached_2"].seconds < reference < arms["cached_3"].seconds
    assert break_even(COSTS, WHOLE, amounts(8), "compiled").views == 2


def test_no_more_views_break_even_than_end_to_end_renders():
    assert break_even(COSTS, WHOLE, amounts(10**6), "keras").views == 5


def test_so_many_trainings_break_even():
    arms = predicted(5)
    cached, reference = arms["cached_5"], arms["end_to_end"]
    assert cached.seconds > reference.seconds
    twice = cached.seconds + cached.again_seconds
    assert twice < reference.seconds + reference.again_seconds
    point = break_even(COSTS, WHOLE, amounts(5), "keras")
    assert point.trainings == 2
    assert "from training 2 on" in str(point)


def test_where_a_head_costs_more_than_end_to_end_no_number_of_trainings_breaks_even():
    slow = dataclasses.replace(PACES, head=Pace(0, 0, rest=1.0))
    point = break_even(dataclasses.replace(COSTS, paces=slow), WHOLE, amounts(100), "keras")
    assert (point.views, point.trainings) == (0, None)
    assert "no cached view" in str(point)
    assert "never" in str(point)


def test_the_disk_holds_pixels_and_features_of_every_view_twice():
    params, counts = load_params(), Amounts(images=100, training=50, trained=60, tested=25)
    rows = 100 + 60 * 5 + 25 * params.evaluate.test_views
    needed = disk_bytes(COSTS, params, WHOLE, counts)
    assert needed == 2 * (100 * 3 * params.side**2 + rows * 5120)
