import dataclasses

import pytest

from tests.arms.named import params_with, rotation_of
from tests.costs.test_model import COSTS, amounts
from viewcache.arms.arm import cached_arms
from viewcache.costs.model import predict
from viewcache.costs.whole_run import Reading, seconds_of_run
from viewcache.ground.machine import cores
from viewcache.ground.params.loading import load_params

READING = Reading(fetching=2.0, indexing=1.0, decoding=0.01)
PARAMS = load_params()
ROTATIONS = [rotation_of(range(20), number, train=range(100)) for number in range(5)]
BOTH, NEITHER = {"keras": "all", "compiled": "all"}, {"keras": 0, "compiled": 0}


def settings(epochs=40, end_to_end=BOTH, **arms):
    return params_with(train={"epochs": epochs}, arms=arms, end_to_end=end_to_end)


def arms(**changes):
    return predict(COSTS, cached_arms(settings(**changes), ROTATIONS), amounts(100))


def seconds(reading=READING, **changes):
    given = settings(**changes), ROTATIONS, amounts(100), arms(**changes)
    return seconds_of_run(COSTS, reading, *given)


def test_a_run_takes_longer_than_any_of_its_arms():
    both = [arms()[name].seconds for name in ("end_to_end", "end_to_end_compiled")]
    assert seconds() > sum(both)


def test_images_are_read_once():
    slower = dataclasses.replace(READING, fetching=12.0, decoding=0.02)
    assert seconds(slower) - seconds() == pytest.approx(10 + 500 * 0.01)


def test_every_head_of_every_seed_and_rotation_is_trained():
    one, two = seconds(seeds=[0]), seconds(seeds=[0, 1])
    budgets = len(PARAMS.arms.budgets) + 1  # and the book's way
    epochs = budgets * len(ROTATIONS) * 40
    assert two - one == pytest.approx(epochs / cores() * 100 * COSTS.paces.head.rest)


def test_some_heads_are_trained_twice_as_long():
    one_more, two_more = (seconds(seeds=[0], epochs=epochs) for epochs in (50, 60))
    heads = (len(PARAMS.arms.budgets) + 1 + 2 * 2) * len(ROTATIONS)
    assert two_more - one_more > 10 * heads / cores() * 100 * COSTS.paces.head.rest


def test_end_to_end_that_does_not_run_costs_nothing():
    both, none = seconds(), seconds(end_to_end=NEITHER)
    again = arms()["end_to_end"].again_seconds + arms()["end_to_end_compiled"].again_seconds
    assert both - none > again


def test_end_to_end_that_is_cut_short_costs_the_epochs_that_are_run():
    whole, half, none = (
        seconds(end_to_end={"keras": epochs, "compiled": 0}) for epochs in ("all", 20, 0)
    )
    arm = arms()["end_to_end"]
    assert whole - half == pytest.approx((arm.seconds - arm.setup_seconds) / 2)
    assert half > none


def test_another_training_end_to_end_starts_no_process():
    keras = {"keras": "all", "compiled": 0}
    one, two = (seconds(end_to_end=keras | {"seeds": seeds}) for seeds in ([0], [0, 1]))
    arm = arms()["end_to_end"]
    assert two - one == pytest.approx(arm.seconds - arm.setup_seconds)
