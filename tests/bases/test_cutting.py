import keras
import numpy as np
import pytest

from tests.specs import model_file, random, spec
from viewcache.bases.cutting import split_at
from viewcache.bases.frozen import load_base, load_upper
from viewcache.ground.errors import PipelineError


@pytest.mark.parametrize(
    "whole",
    [random("MobileNetV2", pooling="both"), spec(side=32)],
    ids=["MobileNetV2", "efficientnet_lite0"],
)
def test_both_parts_one_after_the_other_are_the_base(whole, small_images):
    cut = "block_12_add" if whole.name == "MobileNetV2" else "blocks-13-add"
    below = whole.model_copy(update={"cut": cut})
    activations = load_base(below).predict_on_batch(small_images)
    features = load_upper(below).predict_on_batch(activations)
    assert activations.ndim == 4
    expected = load_base(whole).predict_on_batch(small_images)
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-5)


def test_layers_in_a_row_are_cut_after_the_one_that_is_named():
    one, other = keras.layers.Conv2D(4, 3, name="one"), keras.layers.Conv2D(2, 3)
    network = keras.Sequential([keras.Input((8, 8, 3)), one, other])
    lower, upper = split_at(network, "one")
    images = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)
    assert (lower.layers, upper.layers) == ([one], [other])
    np.testing.assert_allclose(upper(lower(images)), network(images), rtol=1e-5)


@pytest.mark.usefixtures("working_folder")
def test_upper_layers_are_called_as_for_inference_and_only_their_batch_norm_is_frozen():
    network = [
        keras.layers.Conv2D(4, 3, name="one"),
        keras.layers.Conv2D(2, 3, kernel_regularizer="l2"),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.5),
    ]
    keras.Sequential([keras.Input((None, None, 3)), *network]).save("model.keras")
    upper = load_upper(model_file("model.keras", cut="one"))
    assert (upper.input_shape, upper.output_shape) == ((None, 30, 30, 4), (None, 2))
    activations = np.random.default_rng(0).random((2, 30, 30, 4), np.float32)
    np.testing.assert_array_equal(upper(activations, training=True), upper(activations))
    assert [weight.shape for weight in upper.trainable_weights] == [(3, 3, 4, 2), (2,)]
    assert upper.losses == []


def test_a_layer_that_is_not_there_is_told_with_those_near_it():
    rule = r"extract\.cut must name layers of .*; near it: blocks-13-add.* Received: 'block-13-add'"
    with pytest.raises(PipelineError, match=rule):
        load_base(spec(side=32, cut="block-13-add"))


def test_a_layer_that_the_network_has_a_way_around_is_refused():
    image = keras.Input((8, 8, 3))
    one = keras.layers.Conv2D(3, 1, name="one")(image)
    network = keras.Model(image, keras.layers.Add()([one, image]), name="short")
    with pytest.raises(PipelineError, match=r"all of short must go through .* Received: 'one'"):
        split_at(network, "one")
