import keras
import numpy as np
import pytest

from viewcache.ground.params.loading import load_params
from viewcache.heads.optimizer import AdamOfTwoRates, CosineToZero, FusedAdam, learning_rate_of

RNG = np.random.default_rng(0)
START = RNG.normal(size=(40, 30)).astype(np.float32)
GRADIENTS = RNG.normal(size=(50, 40, 30)).astype(np.float32)


def path(optimizer, steps, weights=None):
    """The weights after each of some steps from START."""
    weights = keras.Variable(START) if weights is None else weights
    weights.assign(START)
    for gradient in GRADIENTS[:steps]:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weights])
        yield np.asarray(weights)


@pytest.mark.parametrize("steps", [1, 5, 50])
def test_the_update_is_that_of_keras_adam(steps):
    *_, ours = path(FusedAdam(0.01), steps)
    *_, theirs = path(keras.optimizers.Adam(0.01), steps)
    assert np.abs(ours - theirs).max() < 1e-5
    assert np.abs(ours - START).max() > 0.005


def cosine(steps):
    adam = FusedAdam(CosineToZero(0.01))
    adam.start_again(steps)
    return adam


def test_the_rate_is_keras_cosine_over_the_steps_that_are_stated():
    for steps in (7, 50):
        rate, theirs = CosineToZero(0.01), keras.optimizers.schedules.CosineDecay(0.01, steps)
        rate.decay_steps.assign(steps)
        found, expected = (
            [float(one(step)) for step in range(steps + 1)] for one in (rate, theirs)
        )
        assert found == pytest.approx(expected, abs=1e-8)
        assert (found[0], found[-1]) == (pytest.approx(0.01), pytest.approx(0, abs=1e-9))


def test_steps_are_those_of_adam_at_the_rate_of_each():
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 50))
    for ours, theirs in zip(path(cosine(50), 50), path(adam, 50), strict=True):
        assert np.abs(ours - theirs).max() < 1e-5


def test_an_optimizer_that_starts_again_goes_the_way_of_a_new_one():
    weights, used = keras.Variable(START), cosine(20)
    list(path(used, 20, weights))
    used.start_again(50)
    assert np.array_equal([*path(used, 50, weights)], [*path(cosine(50), 50)])


@pytest.mark.parametrize("rate", [CosineToZero(0.01), 0.01], ids=["falls", "stays"])
def test_upper_variables_have_a_rate_of_their_own_and_no_weight_decay(rate):
    upper, other = keras.Variable(START), keras.Variable(START)
    both = AdamOfTwoRates(rate, [upper], 0.001, weight_decay=0.1)
    both.build([upper, other])
    both.start_again(50)
    for gradient in GRADIENTS:
        both.apply([keras.ops.convert_to_tensor(gradient)] * 2, [upper, other])
    for found, alone in ((upper, 0.001), (other, 0.01)):
        one = FusedAdam(
            CosineToZero(alone) if isinstance(rate, CosineToZero) else alone,
            weight_decay=0.1 if found is other else None,
        )
        one.start_again(50)
        *_, expected = path(one, 50)
        assert np.abs(np.asarray(found) - expected).max() < 1e-6


def test_the_parameters_say_whether_the_rate_falls():
    settings = load_params().train
    falling = learning_rate_of(settings)
    assert isinstance(falling, CosineToZero)
    assert falling.get_config() == {"initial_learning_rate": settings.learning_rate}
    stays = settings.model_copy(update={"schedule": "constant"})
    assert learning_rate_of(stays) == settings.learning_rate
