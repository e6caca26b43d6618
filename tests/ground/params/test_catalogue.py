import inspect
import re

import keras
import pytest

from viewcache.ground.params.catalogue import DEFAULT_SIDES, near_names

NETWORKS = {
    name
    for name, member in inspect.getmembers(keras.applications, inspect.isfunction)
    if "include_top" in inspect.signature(member).parameters
}


def test_every_classification_network_of_keras_is_known():
    assert set(DEFAULT_SIDES) == NETWORKS | {f"efficientnet_lite{number}" for number in range(3)}


@pytest.mark.parametrize("name", sorted(NETWORKS - {"MobileNetV3Large", "MobileNetV3Small"}))
def test_default_sides_are_those_that_keras_demands_of_the_classifier(name):
    with pytest.raises(ValueError, match="`input_shape` should be") as error:
        getattr(keras.applications, name)(weights="imagenet", input_shape=(1, 1, 3))
    assert int(re.search(r"should be \((\d+)", str(error.value))[1]) == DEFAULT_SIDES[name]


@pytest.mark.parametrize("name", ["MobileNetV3Large", "MobileNetV3Small"])
def test_default_sides_are_those_that_keras_documents(name):
    documentation = getattr(keras.applications, name).__doc__
    assert f"({DEFAULT_SIDES[name]}, {DEFAULT_SIDES[name]}, 3)" in documentation


def test_near_names_are_found_whatever_their_case():
    assert near_names("vgg-16", list(DEFAULT_SIDES))[0] == "VGG16"
    assert near_names("zzz", list(DEFAULT_SIDES)) == []
