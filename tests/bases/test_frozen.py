import keras
import numpy as np
import pytest
from skimage import data

from stages.arrays import RowFile, write_rows
from stages.bases.frozen import FrozenBase, identity, load_base


@pytest.fixture(scope="module")
def model():
    return load_base("efficientnet_lite0", 64, "avg")


@pytest.fixture(scope="module")
def images():
    photograph = data.astronaut()
    return np.stack(
        [photograph[row * 9 : row * 9 + 64, row * 9 : row * 9 + 64] for row in range(21)]
    )


def test_a_base_turns_images_into_finite_features(model, images):
    features = FrozenBase(model, 8)(images[:8])
    assert features.shape == (8, 1280)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()
    assert features.std(axis=0).max() > 0.1


def test_the_compiled_base_gives_what_keras_gives(model, images):
    expected = model.predict(images[:8], verbose=0)
    assert np.abs(FrozenBase(model, 8)(images[:8]) - expected).max() < 1e-5


def test_a_short_batch_gives_the_features_of_a_full_one(model, images):
    base = FrozenBase(model, 8)
    assert np.array_equal(base(images[:3]), base(images[:8])[:3])


def test_running_over_a_file_keeps_the_order(model, images, tmp_path):
    write_rows(tmp_path / "a.npy", [images], images.shape, images.dtype)
    base = FrozenBase(model, 8)
    rows = np.array([20, 3, *range(10)])
    with RowFile(tmp_path / "a.npy") as file:
        features = base.run_over(file, rows)
    assert np.abs(features - model.predict(images[rows], verbose=0)).max() < 1e-5


def test_pooling_takes_the_average_or_the_maximum(images):
    average, maximum = (load_base("efficientnet_lite0", 64, pooling) for pooling in ("avg", "max"))
    assert (np.asarray(maximum(images)) >= np.asarray(average(images)) - 1e-6).all()


def test_nothing_in_a_base_changes_while_a_head_is_trained_on_it(model, images):
    before = [weight.copy() for weight in model.get_weights()]
    classifier = keras.Sequential([model, keras.layers.Dense(1)])
    classifier.compile("adam", "mse")
    classifier.fit(images, np.arange(len(images)), epochs=2, verbose=0)
    assert all(map(np.array_equal, model.get_weights(), before))
    assert sum("moving" in weight.path for weight in model.weights) == 2 * 49


def test_an_unfrozen_base_does_change(images):
    model = load_base("efficientnet_lite0", 64, "avg")
    frozen = identity(model)
    model.trainable = True
    classifier = keras.Sequential([model, keras.layers.Dense(1)])
    classifier.compile("adam", "mse", jit_compile=False)
    classifier.fit(images, np.arange(len(images)), verbose=0)
    assert identity(model) != frozen


def test_equal_bases_have_equal_identities(model):
    assert identity(model) == identity(load_base("efficientnet_lite0", 64, "avg"))
    assert identity(model) != identity(load_base("efficientnet_lite0", 64, "max"))
