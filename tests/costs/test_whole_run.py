import dataclasses
import os

import pytest

from tests.costs.test_model import COSTS, amounts
from viewcache.costs.model import predict
from viewcache.costs.whole_run import Reading, seconds_of_run
from viewcache.ground.params.loading import load_params

READING = Reading(fetching=2.0, indexing=1.0, decoding=0.01)
PARAMS = load_params()


def seconds(costs=COSTS, training=100, reading=READING, precision="float32", **train):
    settings = PARAMS.train.model_copy(update=train)
    extract = PARAMS.extract.model_copy(update={"precision": precision})
    params = PARAMS.model_copy(update={"train": settings, "extract": extract})
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


def test_a_faster_precision_costs_its_certificate(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    heads, head = len(PARAMS.train.seeds) * PARAMS.evaluate.folds, COSTS.paces.head
    passes = 500 + PARAMS.evaluate.test_views * amounts(100).tested
    timing, float32 = 3 * 256 * (0.04 + 0.09), 0.5 + passes * (0.01 + 0.09)
    training = 2 * head.start + heads * PARAMS.train.epochs * 100 * head.rest
    process = COSTS.set_up.start_tensorflow - COSTS.set_up.start
    more = seconds(precision="int8") - seconds()
    assert more == pytest.approx(process + timing + float32 + training)


def test_a_certificate_takes_no_more_than_3000_images():
    def more(training):
        return seconds(training=training, precision="int8") - seconds(training=training)

    assert more(60_000) == pytest.approx(more(600), rel=0.01)
