"""What may stand in `params.yaml` about the base, before anything is loaded."""

from pathlib import Path

import keras
import pytest
import yaml

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params

DEFAULT = Path("params.yaml").read_text()
FILE = {"name": "model.keras", "weights": None, "preprocessing": "none"}


@pytest.fixture
def read(tmp_path, monkeypatch):
    """A function that reads the parameters, some of them changed, beside a model file."""
    monkeypatch.chdir(tmp_path)
    keras.Sequential([keras.Input((48, 48, 3)), keras.layers.ReLU()]).save("model.keras")

    def read(image_size=None, **base):
        params = yaml.safe_load(DEFAULT)
        params["data"]["image_size"] = image_size
        params["base"] |= base
        Path("params.yaml").write_text(yaml.safe_dump(params))
        return load_params()

    return read


def test_the_side_is_the_network_s_default_unless_it_is_stated(read):
    assert read(name="VGG16").base_spec.side == 224
    assert read(name="InceptionV3").base_spec.side == 299
    assert read(150, name="VGG16").base_spec.side == 150
    assert read(**FILE).base_spec.side == 48


def test_the_side_must_be_stated_for_a_model_that_takes_any(read):
    keras.Sequential([keras.Input((None, None, 3)), keras.layers.ReLU()]).save("model.keras")
    with pytest.raises(PipelineError, match=r"data.image_size must be stated: .* Received: None"):
        read(**FILE)
    assert read(64, **FILE).base_spec.side == 64


@pytest.mark.parametrize(("name", "near"), [("vgg16", "VGG16"), ("ResNet51", "ResNet50")])
def test_an_unknown_network_is_refused_with_near_names(read, name, near):
    with pytest.raises(PipelineError, match=rf"base.name: .* near it: {near}, .*'{name}'"):
        read(name=name)


@pytest.mark.parametrize("name", ["nothing.keras", "VGG61"])
@pytest.mark.parametrize("weights", [None, "random"])
@pytest.mark.parametrize("preprocessing", ["own", "tf"])
def test_a_mistyped_name_is_the_only_complaint(read, name, weights, preprocessing):
    with pytest.raises(PipelineError, match=r"^params\.yaml: base\.name: [^;]*(;[^;]*)?$") as found:
        read(name=name, weights=weights, preprocessing=preprocessing)
    assert "base.weights" not in str(found.value)
    assert "base.preprocessing" not in str(found.value)


def test_an_h5_base_is_refused(read):
    with pytest.raises(PipelineError, match=r"base.name: .* save the model as .keras. .*'a.h5'"):
        read(name="a.h5")


def test_a_base_with_a_lambda_layer_is_refused(read):
    code = keras.layers.Lambda(lambda x: 2 * x)
    keras.Sequential([keras.Input((48, 48, 3)), code]).save("model.keras")
    with pytest.raises(PipelineError, match=r"model.keras must hold no Lambda layer"):
        read(**FILE)


@pytest.mark.parametrize(
    ("name", "value"), [("preprocessing", "own"), ("weights", "imagenet"), ("weights", "a.h5")]
)
def test_a_model_file_brings_its_weights_and_states_its_preprocessing(read, name, value):
    with pytest.raises(PipelineError, match=rf"base.{name}: .* Received: '{value}'"):
        read(**FILE | {name: value})


@pytest.mark.parametrize(("name", "value"), [("preprocessing", "none"), ("weights", None)])
def test_a_named_network_has_its_own_preprocessing_and_needs_weights(read, name, value):
    with pytest.raises(PipelineError, match=rf"base.{name}: .* Received: {value!r}"):
        read(**{name: value})
