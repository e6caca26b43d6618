"""What may stand in `params.yaml` about the base, before anything is loaded."""

import json
from pathlib import Path

import keras
import pytest
import yaml

from tests.bases.onnx_files import model, node
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params

DEFAULT = Path("params.yaml").read_text()
FILE = {"name": "model.keras", "weights": None, "preprocessing": "none"}
ONNX = FILE | {"name": "network.onnx"}
NUMBERS = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}
PROCESSOR = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]}


@pytest.fixture
def read(tmp_path, monkeypatch):
    """A function that reads the parameters, some of them changed, beside a model file."""
    monkeypatch.chdir(tmp_path)
    keras.Sequential([keras.Input((48, 48, 3)), keras.layers.ReLU()]).save("model.keras")
    relu = [node("Relu", ["images"], "y")]
    Path("network.onnx").write_bytes(model(relu, {"images": [None, 3, 56, 56]}, {"y": None}))

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
    assert read(**ONNX).base_spec.side == 56


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


def test_an_unknown_pooling_is_refused(read):
    with pytest.raises(PipelineError, match=r"base\.pooling: .*Received: 'gem'"):
        read(pooling="gem")


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


def processor(**changes):
    Path("preprocessor_config.json").write_text(json.dumps(PROCESSOR | changes))


@pytest.mark.parametrize("file", [FILE, ONNX])
@pytest.mark.parametrize(
    ("stated", "side"),
    [
        ({"size": 64}, 64),
        ({"size": {"height": 64, "width": 64}}, 64),
        ({"size": {"shortest_edge": 96}, "crop_size": {"height": 64, "width": 64}}, 64),
    ],
)
def test_what_hugging_face_states_beside_a_file_is_taken(read, file, stated, side):
    processor(**stated)
    spec = read(**file | {"preprocessing": "own"}).base_spec
    assert (spec.preprocessing.model_dump(), spec.side) == (NUMBERS, side)
    assert read(128, **file).base_spec.side == 128


def test_numbers_of_hugging_face_are_of_pixels_that_it_has_multiplied(read):
    processor(do_rescale=False, image_mean=[127.5] * 3, image_std=[63.75] * 3)
    assert read(**ONNX | {"preprocessing": "own"}).base_spec.preprocessing.model_dump() == NUMBERS
    processor(do_normalize=False)
    plain = {"mean": [0, 0, 0], "std": [1, 1, 1]}
    assert read(**ONNX | {"preprocessing": "own"}).base_spec.preprocessing.model_dump() == plain


@pytest.mark.parametrize(
    "changes", [{"image_mean": None}, {"image_std": [0, 0, 0]}, {"do_flip_channel_order": True}]
)
def test_what_hugging_face_states_otherwise_is_refused(read, changes):
    processor(**changes)
    with pytest.raises(PipelineError, match=r"preprocessor_config\.json must state image_mean"):
        read(**ONNX | {"preprocessing": "own"})


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000])
def test_a_damaged_file_of_hugging_face_is_refused_in_one_line(read, text):
    Path("preprocessor_config.json").write_text(text)
    with pytest.raises(PipelineError, match=r"preprocessor_config\.json must state ") as error:
        read(**ONNX | {"preprocessing": "own"})
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    "value",
    [
        *("own", "rgb", 7, None, {}),
        *(NUMBERS | {"mean": mean} for mean in ([0.5, 0.5], [124, 117, 104])),
        *(NUMBERS | {"std": std} for std in ([1], [0.2, 0.2, 0])),
    ],
)
def test_preprocessing_that_is_none_is_refused_in_one_line(read, value):
    with pytest.raises(
        PipelineError, match=r"base\.preprocessing: [^;]*(; the others)?[^;]*$"
    ) as error:
        read(**ONNX | {"preprocessing": value})
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing.onnx", "no such file: nothing.onnx"),
        ("network.xml", "no such file: network.bin"),
        ("network.pt", "export the network as .onnx"),
        ("network.pb", r"no file \(\.keras, \.onnx, \.tflite, \.xml\)"),
    ],
)
def test_a_file_that_is_none_of_a_network_is_refused(read, name, told):
    Path("network.xml").touch()
    with pytest.raises(PipelineError, match=rf"base\.name: .*{told}"):
        read(name=name, weights=None, preprocessing="none")


def test_what_only_keras_does_is_refused_of_a_network_of_others(read):
    with pytest.raises(PipelineError, match=r"base\.runtime: must be auto or openvino"):
        read(**ONNX, runtime="tensorflow")
    with pytest.raises(PipelineError, match=r"base\.output: must be null for a network known by"):
        read(output="y")
    params = yaml.safe_load(DEFAULT)
    params["base"] |= ONNX
    params["extract"]["cut"] = "y"
    Path("params.yaml").write_text(yaml.safe_dump(params))
    with pytest.raises(PipelineError, match=r"extract\.cut: must be null: the layers of network"):
        load_params()
