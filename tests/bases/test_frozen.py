import keras
import numpy as np
import pytest

from tests.specs import model_file, random
from viewcache.bases.frozen import load_base


def train_a_head_on(model, images):
    classifier = keras.Sequential([model, keras.layers.Dense(1)])
    classifier.compile("adam", "mse", jit_compile=False)
    classifier.fit(images, np.arange(len(images)), verbose=0)


def test_nothing_in_a_base_changes_while_a_head_is_trained_on_it(small_images):
    model = load_base(random("MobileNetV2"))
    before = [weight.copy() for weight in model.get_weights()]
    train_a_head_on(model, small_images)
    assert all(map(np.array_equal, model.get_weights(), before))
    assert sum("moving" in weight.path for weight in model.weights) == 2 * 52


@pytest.mark.usefixtures("working_folder")
def test_a_base_drops_nothing_out_where_fit_calls_it_for_training(small_images):
    dropout = keras.layers.Dropout(0.5)
    keras.Sequential([keras.Input((32, 32, 3)), keras.layers.ReLU(), dropout]).save("model.keras")
    base = load_base(model_file("model.keras"))
    np.testing.assert_array_equal(base(small_images, training=True), base(small_images))
