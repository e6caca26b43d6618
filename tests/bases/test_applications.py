"""Networks of `keras.applications`, with random weights: the real ones are a download."""

import keras
import numpy as np
import pytest

from tests.specs import random, spec
from viewcache.bases.applications import preprocess_as_trained
from viewcache.bases.efficientnet_lite import efficientnet_lite
from viewcache.bases.frozen import load_base
from viewcache.ground.errors import PipelineError

MODULES = {
    "ConvNeXtTiny": keras.applications.convnext,
    "DenseNet121": keras.applications.densenet,
    "EfficientNetB0": keras.applications.efficientnet,
    "EfficientNetV2B0": keras.applications.efficientnet_v2,
    "InceptionResNetV2": keras.applications.inception_resnet_v2,
    "InceptionV3": keras.applications.inception_v3,
    "MobileNet": keras.applications.mobilenet,
    "MobileNetV2": keras.applications.mobilenet_v2,
    "MobileNetV3Small": keras.applications.mobilenet_v3,
    "NASNetMobile": keras.applications.nasnet,
    "ResNet50": keras.applications.resnet,
    "ResNet50V2": keras.applications.resnet_v2,
    "VGG16": keras.applications.vgg16,
    "VGG19": keras.applications.vgg19,
    "Xception": keras.applications.xception,
}


@pytest.mark.parametrize("name", MODULES)
def test_preprocessing_is_the_network_s_own(small_images, name):
    expected = MODULES[name].preprocess_input(small_images.astype(np.float32))
    pixels = keras.ops.cast(small_images, "float32")
    np.testing.assert_allclose(preprocess_as_trained(name, pixels), expected, atol=1e-5)


def test_vgg16_flattened_gives_the_features_of_the_book(small_images):
    keras.utils.set_random_seed(0)
    network = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
    pixels = keras.applications.vgg16.preprocess_input(small_images.astype(np.float32))
    expected = network.predict(pixels, verbose=0).reshape(4, 1 * 1 * 512)
    base = load_base(random("VGG16", pooling="flatten"))
    np.testing.assert_allclose(base(small_images), expected, rtol=1e-4, atol=1e-5)


def test_random_weights_are_always_the_same():
    once = load_base(random("MobileNetV2")).get_weights()
    keras.utils.set_random_seed(1)
    again = load_base(random("MobileNetV2")).get_weights()
    assert all(map(np.array_equal, once, again))


def test_a_layer_without_a_name_of_its_own_is_the_same_every_time():
    for _ in range(2):
        base = load_base(random("Xception", 71, layers=["conv2d_1"]))
        assert base.output_shape == (None, 256)


def test_a_layer_of_the_classifier_can_be_taken(working_folder, small_images):
    images = np.pad(small_images, [(0, 0), (96, 96), (96, 96), (0, 0)])
    expected = efficientnet_lite("efficientnet_lite0", 224, include_top=True)(
        images.astype(np.float32)
    )
    features = load_base(spec(side=224, layers=["fc"]))(images)
    np.testing.assert_allclose(features, expected, atol=1e-6)


def test_a_layer_of_the_classifier_needs_the_images_it_was_made_for():
    with pytest.raises(PipelineError, match=r"takes images of 224 px. Received: .* 64"):
        load_base(spec(side=64, layers=["fc"]))


def test_an_unknown_layer_is_refused_with_near_names():
    words = "near it: block_1_expand, .* the last ones: .*, predictions. Received: 'blok_1_expand'"
    with pytest.raises(PipelineError, match=words):
        load_base(random("MobileNetV2", layers=["blok_1_expand"]))


def test_images_that_are_too_small_are_refused():
    with pytest.raises(PipelineError, match=r"Xception takes no images of 32 px. Received: "):
        load_base(random("Xception"))


@pytest.fixture(scope="module")
def other_weights():
    """A whole network whose weights are not those of seed 0."""
    keras.utils.set_random_seed(1)
    return keras.applications.MobileNetV2(weights=None)


@pytest.mark.parametrize("name", ["a.weights.h5", "a.keras", "a.h5"])
def test_weights_of_the_whole_network_are_loaded_from_a_file(working_folder, other_weights, name):
    save = other_weights.save_weights if name == "a.weights.h5" else other_weights.save
    save(name)
    loaded = load_base(spec("MobileNetV2", 32, weights=name)).get_weights()
    assert len(loaded) == len(other_weights.weights) - 2
    assert all(map(np.array_equal, loaded, other_weights.get_weights()))


@pytest.mark.parametrize("name", ["a.weights.h5", "a.h5"])
def test_weights_without_the_classifier_are_loaded_from_a_file(working_folder, other_weights, name):
    network = keras.Model(other_weights.input, other_weights.get_layer("out_relu").output)
    (network.save_weights if name == "a.weights.h5" else network.save)(name)
    loaded = load_base(spec("MobileNetV2", 32, weights=name)).get_weights()
    assert all(map(np.array_equal, loaded, network.get_weights()))


@pytest.mark.parametrize("name", ["a.weights.h5", "a.h5"])
def test_weights_of_another_network_are_refused(working_folder, name):
    network = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(2, 3)])
    (network.save_weights if name == "a.weights.h5" else network.save)(name)
    with pytest.raises(PipelineError, match=f"{name} must hold weights of MobileNetV2. Received: "):
        load_base(spec("MobileNetV2", 32, weights=name))


def test_a_damaged_file_of_weights_is_refused(working_folder):
    (working_folder / "a.weights.h5").write_bytes(b"nothing")
    with pytest.raises(PipelineError, match=r"a.weights.h5 must hold weights of MobileNetV2"):
        load_base(spec("MobileNetV2", 32, weights="a.weights.h5"))
