import keras
import numpy as np
import pytest

from viewcache.heads.optimizer import FusedAdam, TwoRates


@pytest.mark.parametrize("steps", [1, 5, 50])
def test_the_update_is_that_of_keras_adam(steps):
    rng = np.random.default_rng(0)
    start = rng.normal(size=(40, 30)).astype(np.float32)
    gradients = rng.normal(size=(steps, 40, 30)).astype(np.float32)
    ends = []
    for optimizer in (FusedAdam(0.01), keras.optimizers.Adam(0.01)):
        weights = keras.Variable(start)
        for gradient in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weights])
        ends.append(np.asarray(weights))
    assert np.abs(ends[0] - ends[1]).max() < 1e-5
    assert np.abs(ends[0] - start).max() > 0.005


def test_some_variables_have_a_rate_of_their_own_and_no_weight_decay():
    slow, fast = (keras.Variable(np.ones(3, np.float32)) for _ in range(2))
    optimizer = TwoRates([slow], 0.001, 0.1, weight_decay=0.5)
    gradients = [keras.ops.convert_to_tensor([1.0, -1.0, 0.0])] * 2
    optimizer.apply(gradients, [slow, fast])
    np.testing.assert_allclose(slow, [0.999, 1.001, 1], atol=1e-6)
    np.testing.assert_allclose(fast, [0.85, 1.05, 0.95], atol=1e-6)
