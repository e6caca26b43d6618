import keras
import numpy as np
import pytest

from viewcache.heads.optimizer import FusedAdam


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
