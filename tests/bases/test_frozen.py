import keras
import numpy as np
import pytest
from skimage import data

from tests.specs import random, spec
from viewcache.bases.frozen import load_base
from viewcache.bases.pins import weights_digest


@pytest.fixture(scope="module")
def model():
    return load_base(spec())


@pytest.fixture(scope="module")
def images():
    photograph = data.astronaut()
    return np.stack(
        [photograph[9 * row : 9 * row + 64, 9 * row : 9 * row + 64] for row in range(21)]
    )


def train_a_head_on(model, images):
    classifier = keras.Sequential([model, keras.layers.Dense(1)])
    classifier.compile("adam", "mse", jit_compile=False)
    classifier.fit(images, np.arange(len(images)), verbose=0)


def test_a_base_turns_images_into_features(model, images):
    features = model.predict(images, verbose=0)
    assert features.shape == (21, 1280)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()
    assert features.std(axis=0).max() > 0.1


def test_pooling_takes_the_average_or_the_maximum(images):
    average, maximum = (load_base(spec(pooling=pooling)) for pooling in ("avg", "max"))
    assert (np.asarray(maximum(images)) >= np.asarray(average(images)) - 1e-6).all()


def test_nothing_in_a_base_changes_while_a_head_is_trained_on_it(model, images):
    before = [weight.copy() for weight in model.get_weights()]
    train_a_head_on(model, images)
    assert all(map(np.array_equal, model.get_weights(), before))
    assert sum("moving" in weight.path for weight in model.weights) == 2 * 49


def test_an_unfrozen_base_does_change(images):
    model = load_base(spec())
    frozen = weights_digest(model)
    model.trainable = True
    train_a_head_on(model, images)
    assert weights_digest(model) != frozen


def test_equal_weights_have_equal_digests(model):
    assert weights_digest(model) == weights_digest(load_base(spec()))
    assert weights_digest(model) != weights_digest(load_base(random("efficientnet_lite0")))
