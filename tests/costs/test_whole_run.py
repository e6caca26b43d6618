import dataclasses

import pytest

from tests.costs.test_model import COSTS, amounts
from viewcache.costs.model import predict
from viewcache.costs.whole_run import Reading, seconds_of_run
from viewcache.ground.params.loading import load_params

READING = Reading(fetching=2.0, indexing=1.0, decoding=0.01)
PARAMS = load_params()


def seconds(costs=COSTS, training=100, reading=READING, **train):
    settings = PARAMS.train.model_copy(update=train)
    params = PARAMS.model_copy(update={"train": settings})
    counts = amounts(training)
    return seconds_of_run(costs, reading, params, counts, predict(costs, settings, counts))


def test_a_run_takes_longer_than_any_of_its_arms():
    arms = predict(COSTS, PARAMS.train, amounts(100))
    assert seconds() > sum(arm.seconds for arm in arms.values() if not arm.feature_bytes)


def test_images_are_read_once():
    slower = dataclasses.replace(READING, fetching=12.0, decoding=0.02)
    assert seconds(reading=slower) - seconds() == pytest.approx(10 + 500 * 0.01)


def test_every_head_of_every_seed_and_rotation_is_trained():
    one, two = seconds(seeds=[0]), seconds(seeds=[0, 1])
    pace = COSTS.paces.head.rest * PARAMS.train.epochs * 100
    heads = len(PARAMS.train.budgets) * PARAMS.evaluate.folds
    assert 0 < two - one <= heads * pace


def test_end_to_end_that_does_not_run_costs_nothing():
    arms = predict(COSTS, PARAMS.train, amounts(100))
    both, none = seconds(), seconds(end_to_end=[])
    assert (
        both - none > arms["end_to_end"].again_seconds + arms["end_to_end_compiled"].again_seconds
    )


def test_another_training_end_to_end_starts_no_process():
    one, two = (seconds(end_to_end=["keras"], end_to_end_seeds=seeds) for seeds in ([0], [0, 1]))
    arm = predict(COSTS, PARAMS.train, amounts(100))["end_to_end"]
    assert two - one == pytest.approx(arm.seconds - arm.setup_seconds)
