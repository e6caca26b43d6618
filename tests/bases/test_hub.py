"""Presets that Keras Hub itself saves, loaded by it."""

import json
import shutil
import sys

import keras
import keras_hub
import numpy as np
import pytest

from tests.specs import random, spec
from viewcache.bases.artifact import is_of_preset, open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import composition, load_base
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import BaseSettings, default_side
from viewcache.ground.params.hub_preset import presets_in, says_what_it_expects

DEVIATIONS, MEAN = np.array([0.229, 0.224, 0.225]), np.array([0.485, 0.456, 0.406])


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with a small residual network for any size, made for 32 px."""
    folder = tmp_path_factory.mktemp("presets") / "small"
    keras.utils.set_random_seed(0)
    keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[7],
        stackwise_num_filters=[64, 64],
        stackwise_num_blocks=[1, 1],
        stackwise_num_strides=[1, 2],
        block_type="basic_block",
    ).save_to_preset(folder)
    keras_hub.layers.ResNetImageConverter(
        image_size=(32, 32),
        scale=(1 / 255 / DEVIATIONS).tolist(),
        offset=(-MEAN / DEVIATIONS).tolist(),
    ).save_to_preset(folder)
    return folder


@pytest.fixture
def preset(saved, working_folder):
    return shutil.copytree(saved, working_folder / "data" / "my own")


def of(preset, side=32, **changes):
    return spec(str(preset), side, **{"weights": None} | changes)


@pytest.mark.parametrize("side", [32, 48])
def test_rows_are_what_keras_hub_gives_of_pixels_that_its_converter_scales(
    preset, small_images, side
):
    images = np.pad(small_images, [(0, 0), (0, side - 32), (0, side - 32), (0, 0)])
    pixels = (images / 255 - MEAN) / DEVIATIONS
    maps = keras_hub.models.Backbone.from_preset(str(preset)).predict(pixels, verbose=0)
    compile_base(preset.parent / "base", of(preset, side), "openvino")
    rows = open_base(preset.parent / "base", 4)(images)
    np.testing.assert_allclose(rows, maps.mean((1, 2)), rtol=1e-4, atol=1e-4)


def test_a_preset_says_its_side_and_brings_its_weights(preset):
    assert default_side(str(preset)) == 32
    assert BaseSettings(name=str(preset), weights=None).preprocessing == "own"
    with pytest.raises(ValueError, match="brings its own weights"):
        BaseSettings(name=str(preset))


def test_another_converter_is_another_base_and_refused_until_its_pin_is_removed(
    preset, working_folder
):
    before = composition(of(preset), load_base(of(preset)))
    change(preset / "image_converter.json", lambda part: part["config"].update(scale=1))
    with pytest.raises(PipelineError, match=r"image_converter.json must have SHA-256"):
        load_base(of(preset))
    (working_folder / "weights.lock").unlink()
    assert composition(of(preset), load_base(of(preset))) != before


def test_without_a_converter_what_pixels_are_to_be_is_stated(preset, small_images):
    (preset / "image_converter.json").unlink()
    with pytest.raises(PipelineError, match=r"has no ImageConverter that Keras Hub can load"):
        load_base(of(preset))
    assert load_base(of(preset, preprocessing="torch"))(small_images).shape == (4, 64)


@pytest.mark.parametrize("name", ["config.json", "image_converter.json"])
def test_a_class_from_elsewhere_is_refused_before_it_is_loaded(preset, name):
    change(preset / name, lambda part: part.update(module="os", class_name="system"))
    with pytest.raises(PipelineError, match=rf"{name} must hold no class but Keras' own"):
        BaseSettings(name=str(preset), weights=None)


@pytest.mark.parametrize("text", ["", "[]", '{"config": 1}'])
def test_a_damaged_preset_is_refused(preset, text):
    (preset / "config.json").write_text(text)
    with pytest.raises(PipelineError, match=r"config.json is no part of a preset of Keras Hub"):
        BaseSettings(name=str(preset), weights=None)


def test_a_preset_of_no_weights_is_refused(preset):
    (preset / "model.weights.h5").unlink()
    with pytest.raises(PipelineError, match=r"has no Backbone that Keras Hub can load"):
        load_base(of(preset))


def test_without_the_package_what_to_install_is_told(preset, monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_hub.models", None)
    with pytest.raises(PipelineError, match=r"presets need Keras Hub: `pip install keras-hub`"):
        load_base(of(preset))


def test_a_base_tells_whether_it_is_of_a_preset(preset):
    folders = [preset.parent / name for name in ("of a preset", "of a network")]
    for folder, base in zip(folders, (of(preset), random("MobileNetV2")), strict=True):
        compile_base(folder, base, "tensorflow")
    assert [is_of_preset(folder) for folder in folders] == [True, False]


def test_presets_of_a_folder_are_found_and_what_others_keep_beside_weights_is_none(preset):
    other = preset.parent / "of Hugging Face"
    other.mkdir()
    for name in ("config.json", "model.safetensors"):
        (other / name).write_text("{}")
    assert presets_in(preset.parent) == [str(preset)]
    assert says_what_it_expects(str(preset))
    (preset / "image_converter.json").unlink()
    assert not says_what_it_expects(str(preset))


@pytest.mark.usefixtures("working_folder")
def test_a_name_that_keras_hub_does_not_know_is_refused_with_near_names():
    with pytest.raises(PipelineError, match=r"near it: resnet_50_imagenet.*Received: hub:resnet50"):
        load_base(of("hub:resnet50_imagenet"))


def change(path, edit):
    part = json.loads(path.read_text())
    edit(part)
    path.write_text(json.dumps(part))
