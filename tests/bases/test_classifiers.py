"""Classifiers that Keras saved: what is left out, and what cannot be told."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from tests.specs import model_file
from viewcache.bases.frozen import composition, load_base
from viewcache.ground.errors import PipelineError

pytestmark = pytest.mark.usefixtures("working_folder")


def network(name="inner", *ending):
    images = keras.Input((32, 32, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="convolution")(images)
    for layer in ending:
        x = layer(x)
    return keras.Model(images, x, name=name)


def averaged(*ending):
    return network("inner", layers.GlobalAveragePooling2D(name="average"), *ending)


def saved(model, **changes):
    Path("weights.lock").unlink(missing_ok=True)
    model.save("model.keras")
    return load_base(model_file("model.keras", **changes))


def features_of(model, images):
    """What the convolution gives, on average."""
    [convolution] = [one for one in model.layers if one.name == "convolution"]
    return np.asarray(convolution(images.astype(np.float32))).mean((1, 2))


ENDINGS = {
    "softmax": lambda: [layers.Dense(300, "softmax", name="dense")],
    "its own layer": lambda: [layers.Dense(300, name="dense"), layers.Softmax(name="softmax")],
    "an activation": lambda: [
        layers.Dense(3, name="dense"),
        layers.Activation("sigmoid", name="yes"),
    ],
    "logits": lambda: [layers.Dropout(0.5), layers.Dense(10, name="dense")],
    "logits of ImageNet": lambda: [layers.Dense(1000, name="dense")],
    "a convolution": lambda: [
        layers.Reshape((1, 1, 6)),
        layers.Conv2D(300, 1, name="dense"),
        layers.Flatten(name="flat"),
        layers.Softmax(name="softmax"),
    ],
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_classifier_is_left_out(small_images, ending, depth):
    model = whole = averaged(*ENDINGS[ending]())
    for number in range(depth):
        images = keras.Input((32, 32, 3))
        whole = keras.Model(images, layers.Dropout(0.1)(whole(images)), name=f"outer_{number}")
    base = saved(whole)
    np.testing.assert_allclose(base(small_images), features_of(model, small_images), rtol=1e-4)
    left_out = composition(model_file("model.keras"), base)["left_out"]
    assert any(path.endswith("dense") for path in left_out)


def test_of_a_sequence_around_a_model_the_classifier_is_left_out(small_images):
    inner = network()
    parts = [layers.GlobalAveragePooling2D(), layers.Dropout(0.2), layers.Dense(3, "softmax")]
    base = saved(keras.Sequential([keras.Input((32, 32, 3)), inner, *parts]))
    np.testing.assert_allclose(base(small_images), features_of(inner, small_images), rtol=1e-4)


KEPT = {
    "a map": lambda: network(),
    "a vector": lambda: averaged(),
    "a hidden layer": lambda: averaged(layers.Dense(16, "relu")),
    "tokens": lambda: network("inner", layers.Reshape((900, 6)), layers.Dense(10)),
}


@pytest.mark.parametrize("kind", KEPT)
def test_what_is_no_classifier_is_taken_as_it_is(small_images, kind):
    model = KEPT[kind]()
    base = saved(model)
    assert "left_out" not in composition(model_file("model.keras"), base)
    assert base.output_shape[1] == model.output_shape[-1]


def test_what_is_named_is_taken_as_it_is(small_images):
    model = averaged(layers.Dense(300, "softmax", name="dense"))
    base = saved(model, layers=["dense"])
    expected = model(small_images.astype(np.float32))
    np.testing.assert_allclose(base(small_images), expected, rtol=1e-4)


UNKNOWN = {
    "dense": (lambda: averaged(layers.Dense(256, name="embedding")), r"embedding, of 256 outputs"),
    "softmax": (lambda: averaged(layers.Softmax(name="softmax")), "softmax"),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_where_it_cannot_be_told_the_last_layers_are_listed(kind):
    make, received = UNKNOWN[kind]
    rule = rf"base\.layers, .*its last layers: .*convolution, average, .*\. Received: {received}"
    with pytest.raises(PipelineError, match=rule) as error:
        saved(make())
    assert len(str(error.value).splitlines()) == 1


def test_a_model_within_is_named_by_its_call_and_a_layer_within_by_both(small_images):
    inner, images = averaged(), keras.Input((32, 32, 3))
    twice = layers.Rescaling(2.0, name="twice")(images)
    outer = keras.Model(images, layers.Dense(300)(inner(twice)), name="outer")
    expected = features_of(inner, 2 * small_images.astype(np.float32))
    for path in ("inner", "inner/average", "inner/convolution"):
        base = saved(outer, layers=[path])
        np.testing.assert_allclose(base(small_images), expected, rtol=1e-4)
    for path in ("inner/averag", "twice/average", "average"):
        with pytest.raises(PipelineError, match=r"base.layers must name .*near it: .*average"):
            saved(outer, layers=[path])
