import dataclasses

import numpy as np
import pytest

from viewcache.costs.model import (
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


def settings(**changes):
    own = {"epochs": 10, "budgets": [0, 2, 10], "seeds": [0, 1]}
    return load_params().train.model_copy(update=own | changes)


def test_a_cached_arm_costs_its_views_once_and_a_head():
    arm = predict(COSTS, settings(), amounts(100))["cached_2"]
    assert arm.base_passes == 200
    assert arm.augment_seconds == pytest.approx(200 * 0.01)
    assert arm.base_seconds == pytest.approx(2 * 0.5 + 200 * 0.04)
    assert arm.head_seconds == pytest.approx(2 + 10 * 100 * 0.001)
    assert arm.setup_seconds == pytest.approx(1 + (5 + 8) + 2 * 2 + 5)
    assert arm.seconds == pytest.approx(2 + 9 + 3 + 23)
    assert arm.again_seconds == pytest.approx(5 + 3)


def test_cached_0_costs_one_view_that_is_not_rendered():
    arm = predict(COSTS, settings(), amounts(100))["cached_0"]
    assert arm.base_passes == 100
    assert arm.augment_seconds == 0


def test_end_to_end_costs_every_epoch_and_no_disk():
    arm = predict(COSTS, settings(), amounts(100))["end_to_end"]
    assert arm.base_passes == 1000
    assert arm.seconds == pytest.approx(5 + 0.5 + 3 + 1000 * 0.2)
    assert arm.head_seconds == predict(COSTS, settings(), amounts(100))["cached_2"].head_seconds
    assert arm.again_seconds == arm.seconds
    assert arm.feature_bytes == 0


def test_end_to_end_on_the_compiled_base_compiles_it_once():
    arm = predict(COSTS, settings(), amounts(100))["end_to_end_compiled"]
    assert arm.setup_seconds == pytest.approx(13 + 5 + 0.25)
    assert arm.seconds - arm.again_seconds == pytest.approx(13)


@pytest.mark.parametrize(("name", "views", "rows"), [("cached_2", 2, 400), ("cached_0", 1, 500)])
def test_the_size_of_features_is_that_of_the_files_of_all_images(tmp_path, name, views, rows):
    np.save(tmp_path / "features.npy", np.zeros((rows, 1280), np.float32))
    size = (tmp_path / "features.npy").stat().st_size
    arm = predict(COSTS, settings(), amounts(100))[name]
    assert arm.feature_bytes == views * size


def test_both_ways_to_train_end_to_end_are_predicted_though_neither_runs():
    names = list(predict(COSTS, settings(end_to_end=[]), amounts(100)))
    assert names == ["cached_0", "cached_2", "cached_10", "end_to_end", "end_to_end_compiled"]


def test_so_many_views_break_even():
    arms = predict(COSTS, settings(budgets=[8, 9, 10]), amounts(50))
    reference = arms["end_to_end_compiled"].seconds
    assert arms["cached_9"].seconds < reference < arms["cached_10"].seconds
    assert break_even(COSTS, settings(), amounts(50), "compiled").views == 9


def test_no_more_views_break_even_than_epochs_read():
    assert break_even(COSTS, settings(), amounts(10**6), "keras").views == 10


def test_so_many_trainings_break_even():
    arms = predict(COSTS, settings(), amounts(20))
    cached, reference = arms["cached_10"], arms["end_to_end"]
    assert cached.seconds > reference.seconds
    twice = cached.seconds + cached.again_seconds
    assert twice < reference.seconds + reference.again_seconds
    point = break_even(COSTS, settings(), amounts(20), "keras")
    assert point.trainings == 2
    assert "from training 2 on" in str(point)


def test_where_a_head_costs_more_than_end_to_end_no_number_of_trainings_breaks_even():
    slow = dataclasses.replace(PACES, head=Pace(0, 0, rest=1.0))
    point = break_even(dataclasses.replace(COSTS, paces=slow), settings(), amounts(100), "keras")
    assert (point.views, point.trainings) == (0, None)
    assert "no cached view" in str(point)
    assert "never" in str(point)


def test_the_disk_holds_pixels_and_features_of_every_view_twice():
    params, counts = load_params(), Amounts(images=100, training=50, trained=60, tested=25)
    random = len(params.extract.views) - 1
    rows = 100 + 60 * random + 25 * params.evaluate.test_views
    assert disk_bytes(COSTS, params, counts) == 2 * (100 * 3 * params.side**2 + rows * 5120)
