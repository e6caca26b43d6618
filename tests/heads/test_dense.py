"""A head as plain arrays says what the head says that Keras trained."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, softmax

from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.answers import Head
from viewcache.heads.dense import (
    Dense,
    as_dense,
    logits,
    of_every_class,
    standardized,
)
from viewcache.heads.head import build_head


def dense(seed, inputs, outputs):
    rng = np.random.default_rng(seed)
    shapes = (inputs, outputs), (outputs,)
    return Dense(*(rng.normal(0, 1, shape).astype(np.float32) for shape in shapes))


FEATURES = np.random.default_rng(1).normal(0, 1, (7, 5)).astype(np.float32)


def test_a_hidden_layer_is_rectified_and_the_last_one_gives_probabilities():
    hidden, last = dense(2, 5, 4), dense(3, 4, 3)
    between = (FEATURES @ hidden.kernel + hidden.bias).clip(min=0)
    expected = softmax(between @ last.kernel + last.bias, axis=1)
    assert Head(None, [hidden, last]).probabilities(FEATURES) == pytest.approx(expected, abs=1e-6)


def test_of_two_classes_the_second_gets_the_logistic_of_the_only_logit():
    last = dense(4, 5, 1)
    found = Head(None, [of_every_class(last)]).probabilities(FEATURES)
    second = expit(FEATURES @ last.kernel + last.bias)
    assert found == pytest.approx(np.hstack([1 - second, second]), abs=1e-6)


def test_of_more_classes_the_last_layer_stays_as_it_is():
    last = dense(5, 5, 3)
    assert of_every_class(last) is last


@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3), st.floats(-100, 100))
def test_a_layer_standardizes_its_inputs_itself(seed, deviation, mean):
    layer, features = dense(seed, 5, 3), FEATURES * deviation + mean
    means, deviations = np.full(5, mean), np.full(5, deviation)
    expected = (features - means) / deviations @ layer.kernel + layer.bias
    folded = standardized(layer, means, deviations)
    found = features.astype(np.float64) @ folded.kernel + folded.bias
    # float32 keeps seven digits of a mean that is many deviations away.
    assert found == pytest.approx(expected, abs=1e-5 * (1 + abs(mean) / deviation))


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("units", [None, 4])
def test_the_logits_are_those_of_the_head_in_keras(standardize, units):
    settings = HeadSettings(units=units, dropout=0.5, standardize=standardize, weight_decay=0)
    head = build_head(5, 3, settings, 0.01, seed=0)
    if standardize:
        head(FEATURES * 3 + 2, training=True)
    found = logits(as_dense(head.get_weights()), FEATURES)
    assert found == pytest.approx(np.asarray(head(FEATURES)), abs=1e-5)
