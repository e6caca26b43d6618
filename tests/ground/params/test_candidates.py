"""Bases as a command line names them."""

import zipfile

import pytest

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.candidates import name_of, with_base
from viewcache.ground.params.loading import load_params

PARAMS = load_params()
MODEL = '{"class_name": "InputLayer", "config": {"batch_shape": [null, %s, %s, 3]}}'


@pytest.fixture
def model_file(tmp_path):
    """Makes a model file that takes images of a side, as far as a name looks into it."""

    def make(side="null", name="own.keras"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("config.json", MODEL % (side, side))
        return str(tmp_path / name)

    return make


def test_a_network_comes_with_its_preprocessing_and_its_imagenet_weights():
    spec = with_base(PARAMS, "MobileNetV2").base_spec
    assert (spec.base, spec.weights, spec.preprocessing) == ("MobileNetV2", "imagenet", "own")
    assert (spec.layers, spec.pooling, spec.side) == ([], "avg", 160)


def test_layers_and_precision_are_stated_in_the_name_which_is_given_back():
    name = "VGG16@block3_pool@block4_pool:int8"
    params = with_base(PARAMS, name)
    assert params.extract.layers == ["block3_pool", "block4_pool"]
    assert params.extract.precision == "int8"
    assert name_of(params) == name


@pytest.mark.parametrize("words", [":tf:int8", ":int8:tf"])
def test_a_file_brings_its_weights_and_is_told_what_it_expects(model_file, words):
    params = with_base(PARAMS, f"{model_file()}@deep{words}")
    extract = params.extract
    assert (extract.weights, extract.preprocessing, extract.precision) == (None, "tf", "int8")
    assert name_of(params) == "own.keras@deep:int8"


def test_a_file_may_lie_where_a_path_has_the_signs_of_the_grammar(model_file, tmp_path):
    (tmp_path / "a@b:c").mkdir()
    file = model_file(name="a@b:c/own.keras")
    assert with_base(PARAMS, f"{file}@deep:tf").extract.base == file


def test_images_have_the_stated_size_but_for_a_file_that_takes_another_one_only(model_file):
    stated = PARAMS.model_copy(update={"data": PARAMS.data.model_copy(update={"image_size": None})})
    assert with_base(PARAMS, f"{model_file()}:tf").side == 160
    assert with_base(PARAMS, f"{model_file(48)}:tf").side == 48
    assert with_base(stated, "EfficientNetB1").side == 240


def test_the_base_of_the_parameters_is_taken_as_they_state_it(model_file):
    own = {"base": model_file(), "weights": None, "preprocessing": "caffe", "layers": ["deep"]}
    stated = PARAMS.model_copy(update={"extract": PARAMS.extract.model_copy(update=own)})
    assert with_base(stated, own["base"]) == stated
    other = with_base(stated, model_file(name="other.keras")).extract
    assert (other.preprocessing, other.layers) == ("caffe", [])


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("mobilnet", r"BASE mobilnet: base: no network .* near it: MobileNet, .*'mobilnet'$"),
        ("missing.keras:tf", r"base: there is no such file. Received: 'missing.keras'$"),
        ("model.h5", r"an .h5 model may hold code: .* Received: 'model.h5'$"),
        ("VGG16:tf", r"preprocessing: own is for networks known by name.* Received: 'tf'$"),
        ("", r"BASE must be NAME or FILE.keras, .* Received: ''$"),
        ("VGG16@", r"BASE must be NAME or FILE.keras, .* Received: 'VGG16@'$"),
        ("VGG16:int9", r"BASE must have after a colon a precision .* Received: 'VGG16:int9'$"),
        ("VGG16:int8:int8", r"each once. Received: 'VGG16:int8:int8'$"),
    ],
)
def test_a_name_that_cannot_be_taken_is_refused_with_what_was_received(name, rule):
    with pytest.raises(PipelineError, match=rule):
        with_base(PARAMS, name)


def test_a_file_must_be_told_what_it_expects_where_the_parameters_do_not_say(model_file):
    file = model_file()
    with pytest.raises(PipelineError, match=rf"expects of pixels, such as {file}:tf \(none, unit"):
        with_base(PARAMS, file)


def test_int8_needs_another_runtime_than_tensorflow():
    on_tensorflow = PARAMS.extract.model_copy(update={"runtime": "tensorflow"})
    stated = PARAMS.model_copy(update={"extract": on_tensorflow})
    rule = r"VGG16:int8: precision: must be float32 where runtime is tensorflow. Received: int8"
    with pytest.raises(PipelineError, match=rule):
        with_base(stated, "VGG16:int8")
