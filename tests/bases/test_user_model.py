"""Users' `.keras` files: what is loaded from them, and what is refused."""

import json
import zipfile

import keras
import numpy as np
import pytest
from keras import layers

from tests.specs import model_file
from viewcache.bases.frozen import load_base
from viewcache.bases.user_model import load_user_model
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import default_side

EXPECTED = {
    "none": lambda pixels: pixels,
    "unit": lambda pixels: pixels / 255,
    "tf": lambda pixels: pixels / 127.5 - 1,
    "torch": lambda pixels: (pixels / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
    "caffe": lambda pixels: pixels[..., ::-1] - [103.939, 116.779, 123.68],
}


def doubled(x):
    return 2 * x


class Doubled(layers.Layer):
    def call(self, x):
        return doubled(x)


def save(path, *inside, shape=(32, 32, 3), dtype="float32"):
    first = layers.Conv2D(4, 3, name="first", dtype=dtype)
    inside = inside or [first, layers.Conv2D(6, 3, name="second")]
    keras.Sequential([keras.Input(shape), *inside]).save(path)
    return path


@pytest.mark.parametrize("preprocessing", EXPECTED)
def test_features_are_those_of_the_model_on_what_it_expects(
    working_folder, small_images, preprocessing
):
    path = save("model.keras")
    base = load_base(model_file(path, preprocessing=preprocessing, pooling="flatten"))
    network = keras.saving.load_model(path)
    expected = np.asarray(network(EXPECTED[preprocessing](small_images.astype(np.float32))))
    np.testing.assert_allclose(base(small_images), expected.reshape(4, -1), rtol=1e-4, atol=1e-4)


def test_a_model_is_cut_at_a_named_layer(working_folder, small_images):
    path = save("model.keras")
    base = load_base(model_file(path, layers=["first"], pooling="max"))
    convolution = keras.saving.load_model(path).get_layer("first")
    expected = np.asarray(convolution(small_images.astype(np.float32))).max(axis=(1, 2))
    np.testing.assert_allclose(base(small_images), expected, rtol=1e-5)


def test_both_is_the_average_and_then_the_maximum(working_folder, small_images):
    path = save("model.keras")
    average, maximum, both = (
        load_base(model_file(path, pooling=pooling))(small_images)
        for pooling in ("avg", "max", "both")
    )
    np.testing.assert_array_equal(both, np.hstack([average, maximum]))


def test_several_layers_are_pooled_each_by_itself_and_stand_in_their_order(
    working_folder, small_images
):
    path = save("model.keras")
    one, other, together = (
        load_base(model_file(path, layers=names))(small_images)
        for names in (["second"], ["first"], ["second", "first"])
    )
    np.testing.assert_allclose(together, np.hstack([one, other]), rtol=1e-5)


@pytest.mark.parametrize("pooling", ["avg", "max", "both", "flatten"])
def test_a_vector_is_taken_as_it_is(working_folder, small_images, pooling):
    path = save("model.keras", layers.GlobalAveragePooling2D())
    base = load_base(model_file(path, pooling=pooling))
    np.testing.assert_allclose(base(small_images), small_images.mean(axis=(1, 2)), rtol=1e-5)


def test_features_of_a_model_in_half_precision_are_float32(working_folder, small_images):
    save("model.keras", layers.Conv2D(4, 3, dtype="mixed_bfloat16"))
    assert load_base(model_file("model.keras"))(small_images).dtype == "float32"


@pytest.mark.parametrize(("shape", "side"), [((48, 48, 3), 48), ((None, None, 3), None)])
def test_a_model_knows_the_side_of_its_images(tmp_path, shape, side):
    assert default_side(str(save(tmp_path / "model.keras", shape=shape))) == side


@pytest.mark.parametrize("nested", [False, True])
def test_a_lambda_layer_is_refused(tmp_path, nested):
    code = layers.Lambda(lambda x: 2 * x, name="code")
    code = keras.Sequential([keras.Input((32, 32, 3)), code]) if nested else code
    path = save(tmp_path / "model.keras", code)
    with pytest.raises(PipelineError, match=r"must hold no Lambda layer: .* Received: 'code'"):
        load_user_model(path, 32)


def test_a_class_that_is_not_of_keras_is_refused(tmp_path):
    path = save(tmp_path / "model.keras", Doubled())
    with pytest.raises(PipelineError, match=r"no class but Keras' own. Received: Doubled"):
        load_user_model(path, 32)


def test_a_function_that_is_not_of_keras_is_refused_in_one_line(tmp_path):
    path = save(tmp_path / "model.keras", layers.Dense(2, activation=doubled))
    with pytest.raises(PipelineError, match=r"no model that Keras can load. Received: ") as error:
        load_user_model(path, 32)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("kept", [0, 100, -100])
def test_a_truncated_model_is_refused(tmp_path, kept):
    path = save(tmp_path / "model.keras")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(PipelineError, match=r"is no model file of Keras. Received: "):
        load_user_model(path, 32)


def test_a_flipped_bit_in_the_weights_is_refused(tmp_path):
    path = save(tmp_path / "model.keras", layers.Dense(1000))
    contents = bytearray(path.read_bytes())
    contents[len(contents) // 2] ^= 1
    path.write_bytes(contents)
    with pytest.raises(PipelineError, match="Bad CRC-32"):
        load_user_model(path, 32)


@pytest.mark.parametrize("shape", [(32, 32, 1), (48, 48, 3), (32, 3), (16,)])
def test_a_model_of_other_images_is_refused(tmp_path, shape):
    path = save(tmp_path / "model.keras", layers.Dense(2), shape=shape)
    with pytest.raises(PipelineError, match=r"must take images of shape \[None, 32, 32, 3\]"):
        load_user_model(path, 32)


def test_a_model_of_several_inputs_is_refused(tmp_path):
    images, others = keras.Input((32, 32, 3)), keras.Input((32, 32, 3))
    keras.Model([images, others], layers.Add()([images, others])).save(tmp_path / "model.keras")
    with pytest.raises(PipelineError, match="must take images of shape"):
        load_user_model(tmp_path / "model.keras", 32)


@pytest.mark.parametrize("by_name", [False, True])
def test_of_several_outputs_one_is_named(working_folder, small_images, by_name):
    images = keras.Input((32, 32, 3))
    outputs = [layers.ReLU(name="one")(images), layers.Rescaling(2.0, name="other")(images)]
    names = ["a", "b"] if by_name else ["one", "other"]
    keras.Model(images, dict(zip(names, outputs, strict=True)) if by_name else outputs).save(
        "model.keras"
    )
    base = load_base(model_file("model.keras", output=names[1]))
    np.testing.assert_allclose(base(small_images), 2 * small_images.mean(axis=(1, 2)), rtol=1e-5)
    with pytest.raises(PipelineError, match=rf"one of the outputs .*: {', '.join(names)}\. .*None"):
        load_base(model_file("model.keras"))


def test_tokens_are_pooled(working_folder, small_images):
    save("model.keras", layers.Reshape((1024, 3)))
    tokens = small_images.reshape(4, 1024, 3).astype(np.float32)
    expected = {
        "avg": tokens.mean(1),
        "both": np.hstack([tokens.mean(1), tokens.max(1)]),
        "cls": tokens[:, 0],
        "cls_and_avg": np.hstack([tokens[:, 0], tokens[:, 1:].mean(1)]),
        "flatten": tokens.reshape(4, -1),
    }
    for pooling, features in expected.items():
        base = load_base(model_file("model.keras", pooling=pooling))
        np.testing.assert_allclose(base(small_images), features, rtol=1e-5)


@pytest.mark.parametrize(
    ("inside", "pooling"), [(layers.Reshape((4, 256, 3, 1)), "avg"), (layers.ReLU(), "cls")]
)
def test_an_output_that_cannot_be_pooled_so_is_refused(working_folder, inside, pooling):
    save("model.keras", inside)
    with pytest.raises(PipelineError, match=r"a map, tokens or a vector .* Received: .*\(None, "):
        load_base(model_file("model.keras", pooling=pooling))


def test_a_model_may_have_any_name_of_a_file(working_folder, small_images):
    name = "Größe = 1, модель (v2).keras"
    save(name)
    assert load_base(model_file(name))(small_images).shape == (4, 6)


def test_mean_and_deviation_may_be_numbers(working_folder, small_images):
    save("model.keras", layers.ReLU())
    numbers = {"mean": [0.0, 0.0, 0.0], "std": [0.2, 0.25, 0.5]}
    base = load_base(model_file("model.keras", preprocessing=numbers))
    expected = (small_images / 255 / numbers["std"]).mean(axis=(1, 2))
    np.testing.assert_allclose(base(small_images), expected, rtol=1e-5)


def repack(path, **changes):
    """The model file, packed, with other contents."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (contents | changes).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "config",
    ["[]", "[" * 100_000, '{"a": ' * 900 + "1" + "}" * 900, "9" * 5000, "{", b"\xff"],
)
def test_an_architecture_that_is_none_is_refused(tmp_path, config):
    path = repack(save(tmp_path / "model.keras"), **{"config.json": config})
    with pytest.raises(PipelineError, match=r"is no model .*Received: "):
        load_user_model(path, 32)


@pytest.mark.parametrize("shape", [4, "x", [None, "x", 32, 3], [None, 1e99, 32, 3], {"a": 1}])
def test_a_shape_that_is_none_is_refused(tmp_path, shape):
    part = {"class_name": "InputLayer", "config": {"batch_shape": shape}}
    path = repack(save(tmp_path / "model.keras"), **{"config.json": json.dumps(part)})
    with pytest.raises(PipelineError, match=r"must state the shape of its images .*Received: "):
        default_side(str(path))


@pytest.mark.parametrize("part", ["InputLayer", "Lambda"])
def test_a_layer_without_settings_is_no_surprise(tmp_path, part):
    config = json.dumps({"class_name": part, "config": [1]})
    path = repack(save(tmp_path / "model.keras"), **{"config.json": config})
    with pytest.raises(PipelineError, match=r"must hold no Lambda layer|no model that Keras can"):
        load_user_model(path, 32)


@pytest.mark.parametrize(
    ("name", "rule"),
    [("config.json", "a config.json of at most"), ("model.weights.h5", "more than 10 times")],
)
def test_a_model_file_that_grows_beyond_reason_is_refused(tmp_path, name, rule):
    path = repack(save(tmp_path / "model.keras"), **{name: bytes(2**25)})
    with pytest.raises(PipelineError, match=rf"{rule}.* Received: 335"):
        load_user_model(path, 32)
