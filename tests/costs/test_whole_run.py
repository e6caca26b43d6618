import dataclasses

import pytest

from tests.costs.test_model import COSTS, WITH_CUT, amounts, params_with_cut
from viewcache.costs.model import predict, predict_tuned
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


def test_a_cut_costs_its_views_and_all_trainings_above_it():
    params, counts = params_with_cut(), amounts(100)
    arms = predict(COSTS, params.train, counts) | predict_tuned(WITH_CUT, params, counts)
    without, with_cut = (
        seconds_of_run(costs, READING, params, counts, arms) for costs in (COSTS, WITH_CUT)
    )
    views = 1 + len(params.extract.random_views) + params.evaluate.test_views
    passes = 500 * 0.04 + (10 * 400 + 3 * params.evaluate.test_views) * 0.04
    cached, end_to_end = 5 * 1000 * 0.02, 0.25 + 0.5 + 1000 * 0.06
    stages = (5 + 6 + views * 0.5 + passes) + (5 + 4 + cached + end_to_end)
    assert with_cut - without == pytest.approx(stages - 2)
