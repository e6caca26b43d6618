"""Networks of other frameworks, opened by OpenVINO: what they give, and what is refused."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import openvino
import pytest
from keras import layers

from tests.bases.onnx_files import model, node
from tests.bases.test_user_model import EXPECTED
from tests.specs import model_file
from viewcache.bases.artifact import find_base, load_original, open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.openvino_network import open_network, openvino_original
from viewcache.ground.errors import PipelineError
from viewcache.ground.quiet_tensorflow import tf

DRAW = np.random.default_rng(0)
KERNEL = DRAW.normal(size=(6, 3, 3, 3)).astype(np.float32)
DENSE, BIAS = DRAW.normal(size=(6, 10)).astype(np.float32), np.arange(10, dtype=np.float32)
MAP = [
    node("Conv", ["images", "kernel"], "convolved", kernel_shape=[3, 3]),
    node("Relu", ["convolved"], "map"),
]
TOKENS = [
    *MAP,
    node("Reshape", ["map", "shape"], "flat"),
    node("Transpose", ["flat"], "tokens", perm=[0, 2, 1]),
]
VECTOR = [
    *MAP,
    node("GlobalAveragePool", ["map"], "pooled"),
    node("Flatten", ["pooled"], "vector", axis=1),
]
LOGITS = [
    *VECTOR,
    node("Gemm", ["vector", "dense", "bias"], "logits"),
]
PROBABILITIES = [*LOGITS, node("Softmax", ["logits"], "probabilities", axis=1)]
WEIGHTS = {"kernel": KERNEL, "dense": DENSE, "bias": BIAS, "shape": np.array([0, 6, -1])}
IMAGES = {"images": [None, 3, None, None]}
NUMBERS = {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.5]}

pytestmark = pytest.mark.usefixtures("working_folder")


def save(nodes, *outputs, inputs=IMAGES, path="network.onnx", **weights):
    shapes = dict.fromkeys(outputs or [last_of(nodes)])
    Path(path).write_bytes(model(nodes, inputs, shapes, WEIGHTS | weights))
    return path


def last_of(nodes):
    """The name of what the last node gives."""
    names = ("map", "tokens", "vector", "logits", "probabilities")
    return dict(zip(map(id, (MAP, TOKENS, VECTOR, LOGITS, PROBABILITIES)), names, strict=True))[
        id(nodes)
    ]


def map_of(pixels):
    """Of images, shape (images, 32, 32, 3), as they are prepared: shape (images, 30, 30, 6)."""
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (3, 3), (1, 2))
    return np.einsum("nhwcij,ocij->nhwo", windows, KERNEL).clip(0)


def rows_of(images, path="network.onnx", **changes):
    return openvino_original(model_file(path, **changes)).run(images)


def compiled_rows_of(images, path="network.onnx", **changes):
    compile_base(Path("base"), model_file(path, **changes), "auto")
    return open_base(Path("base"), 2)(images)


def assert_near(rows, expected):
    assert rows.shape == expected.shape
    assert rows.dtype == np.float32
    assert np.abs(rows - expected).max() <= 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize("preprocessing", EXPECTED)
def test_a_network_gets_of_pixels_what_it_expects(small_images, preprocessing):
    save(MAP)
    expected = map_of(EXPECTED[preprocessing](small_images.astype(np.float32))).mean((1, 2))
    assert_near(rows_of(small_images, preprocessing=preprocessing), expected)


def test_mean_and_deviation_may_be_numbers(small_images):
    save(MAP)
    expected = map_of((small_images / 255 - NUMBERS["mean"]) / NUMBERS["std"]).mean((1, 2))
    assert_near(compiled_rows_of(small_images, preprocessing=NUMBERS), expected)
    described = find_base(Path("base")).description["spec"]
    assert described["preprocessing"] == NUMBERS


def test_they_are_read_from_the_file_of_hugging_face_beside_it(small_images):
    save(MAP)
    config = {"image_mean": NUMBERS["mean"], "image_std": NUMBERS["std"], "rescale_factor": 1 / 255}
    Path("preprocessor_config.json").write_text(json.dumps(config))
    expected = rows_of(small_images, preprocessing=NUMBERS)
    np.testing.assert_array_equal(rows_of(small_images, preprocessing="own"), expected)


POOLED = {
    "avg": lambda tokens: tokens.mean(1),
    "max": lambda tokens: tokens.max(1),
    "both": lambda tokens: np.hstack([tokens.mean(1), tokens.max(1)]),
    "cls": lambda tokens: tokens[:, 0],
    "cls_and_avg": lambda tokens: np.hstack([tokens[:, 0], tokens[:, 1:].mean(1)]),
    "flatten": lambda tokens: tokens.reshape(len(tokens), -1),
}


@pytest.mark.parametrize("pooling", POOLED)
def test_tokens_are_pooled(small_images, pooling):
    save(TOKENS)
    tokens = map_of(small_images).reshape(4, 900, 6)
    assert_near(rows_of(small_images, pooling=pooling), POOLED[pooling](tokens))


@pytest.mark.parametrize("pooling", ["avg", "max", "both"])
def test_maps_are_pooled_over_height_and_width(small_images, pooling):
    save(MAP)
    expected = POOLED[pooling](map_of(small_images).reshape(4, 900, 6))
    assert_near(rows_of(small_images, pooling=pooling), expected)


def test_a_map_whose_channels_come_last_is_pooled_so(small_images):
    last = [*MAP, node("Transpose", ["map"], "last", perm=[0, 2, 3, 1])]
    save(last, "last")
    assert_near(rows_of(small_images), map_of(small_images).mean((1, 2)))


@pytest.mark.parametrize("nodes", [LOGITS, PROBABILITIES], ids=["logits", "probabilities"])
def test_a_classifier_is_left_out_and_told_of(small_images, nodes):
    save(nodes)
    assert_near(compiled_rows_of(small_images), map_of(small_images).mean((1, 2)))
    left_out = find_base(Path("base")).description["left_out"]
    assert left_out == ["logits", "probabilities"][: 1 + (nodes is PROBABILITIES)]


def test_what_is_named_is_taken_as_it_is(small_images):
    save(PROBABILITIES)
    logits = map_of(small_images).mean((1, 2)) @ DENSE + BIAS
    assert_near(rows_of(small_images, layers=["logits"]), logits)
    weights = np.exp(logits - logits.max(1, keepdims=True))
    expected = weights / weights.sum(1, keepdims=True)
    assert_near(rows_of(small_images, output="probabilities"), expected)
    made_of = openvino_original(model_file("network.onnx", output="probabilities")).made_of
    assert "left_out" not in made_of


def test_several_layers_stand_in_their_order(small_images):
    save(PROBABILITIES)
    rows = rows_of(small_images, layers=["vector", "convolved"], pooling="max")
    one, other = (
        rows_of(small_images, layers=[name], pooling="max") for name in ("vector", "convolved")
    )
    np.testing.assert_array_equal(rows, np.hstack([one, other]))


def test_of_several_outputs_one_is_named_and_inputs_of_others_are_not_asked_for(small_images):
    text = node("Relu", ["words"], "embedded")
    inputs = IMAGES | {"words": [None, 7]}
    save([*LOGITS, text], "embedded", "logits", "vector", inputs=inputs)
    assert_near(rows_of(small_images, output="vector"), map_of(small_images).mean((1, 2)))


@pytest.mark.parametrize("shape", [[1, 3, 32, 32], [None, None, None, None], ["n", 3, 32, 32]])
def test_a_network_takes_batches_whatever_batch_it_was_exported_with(small_images, shape):
    shape = [size if isinstance(size, int) else None for size in shape]
    save(VECTOR, inputs={"images": shape})
    assert_near(compiled_rows_of(small_images), map_of(small_images).mean((1, 2)))


def test_a_network_that_takes_one_image_only_takes_them_one_by_one(small_images):
    nodes = [*MAP, node("Reshape", ["map", "other"], "y")]
    save(nodes, "y", other=np.array([1, 5400]))
    rows = compiled_rows_of(small_images)
    assert_near(rows, map_of(small_images).transpose(0, 3, 1, 2).reshape(len(small_images), -1))


def small_network():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(6, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, "softmax"),
        ]
    )


def features_of(network, images):
    convolution, pooling, _ = network.layers
    return np.asarray(pooling(convolution(images.astype(np.float32))))


def test_a_file_of_tensorflow_lite_gives_the_features_of_keras(small_images):
    network = small_network()
    Path("network.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(network).convert())
    rows = compiled_rows_of(small_images, "network.tflite")
    assert_near(rows, features_of(network, small_images))


def save_as_openvino(network):
    function = tf.function(network).get_concrete_function(tf.TensorSpec((None, 32, 32, 3)))
    openvino.save_model(openvino.convert_model(function), "network.xml", compress_to_fp16=False)


def test_a_file_of_openvino_gives_the_features_of_keras_and_both_its_files_are_pinned(small_images):
    network = small_network()
    save_as_openvino(network)
    rows = compiled_rows_of(small_images, "network.xml")
    assert_near(rows, features_of(network, small_images))
    assert json.loads(Path("weights.lock").read_text()).keys() == {"network.xml", "network.bin"}
    content = bytearray(Path("network.bin").read_bytes())
    content[-1] ^= 1
    Path("network.bin").write_bytes(content)
    with pytest.raises(PipelineError, match=r"network\.bin must have SHA-256"):
        compiled_rows_of(small_images, "network.xml")


def test_weights_that_lie_beside_are_weights_of_the_base():
    for name in ("network.onnx.data", "network.onnx_data", "other.onnx.data"):
        Path(name).touch()
    save(MAP)
    files = ["network.onnx", "network.onnx.data", "network.onnx_data"]
    assert [str(file) for file in model_file("network.onnx").files] == files


def test_names_may_have_any_letters(small_images):
    name = "Größe = 1, модель (v2) [a].onnx"
    save(MAP, path=name)
    expected = map_of(small_images).mean((1, 2))
    assert_near(compiled_rows_of(small_images, name), expected)


def test_compiling_again_gives_the_same_bytes(small_images):
    save(PROBABILITIES)
    compiled_rows_of(small_images)
    before = {path.name: path.read_bytes() for path in Path("base").iterdir()}
    compiled_rows_of(small_images)
    assert {path.name: path.read_bytes() for path in Path("base").iterdir()} == before


def test_other_weights_are_another_base(small_images):
    save(MAP)
    compiled_rows_of(small_images)
    before = find_base(Path("base")).identity
    Path("weights.lock").unlink()
    save(MAP, kernel=2 * KERNEL)
    compiled_rows_of(small_images)
    assert find_base(Path("base")).identity != before


def test_in_int8_features_are_near_those_in_float32(small_images):
    save(MAP)
    spec = model_file("network.onnx")
    compile_base(Path("base"), spec, "auto", "int8", small_images)
    rows, exact = open_base(Path("base"), 2)(small_images), map_of(small_images).mean((1, 2))
    assert 0 < np.abs(rows - exact).max() < 0.1 * np.abs(exact).max()


ATTENTION = [
    *TOKENS,
    node("MatMul", ["tokens", "query"], "queries"),
    node("MatMul", ["tokens", "key"], "keys"),
    node("Transpose", ["keys"], "turned", perm=[0, 2, 1]),
    node("MatMul", ["queries", "turned"], "scores"),
    node("Softmax", ["scores"], "attention", axis=2),
    node("MatMul", ["attention", "tokens"], "attended"),
]


def test_in_int8_attention_stays_exact(small_images):
    matrices = {name: DRAW.normal(size=(6, 6)).astype(np.float32) for name in ("query", "key")}
    save(ATTENTION, "attended", **matrices)
    compile_base(
        Path("base"), model_file("network.onnx", preprocessing="tf"), "auto", "int8", small_images
    )
    found = openvino.Core().read_model("base/int8.xml").get_ordered_ops()
    assert "FakeQuantize" in {one.get_type_name() for one in found}
    [softmax] = [one for one in found if one.get_type_name() == "Softmax"]
    [taker] = softmax.output(0).get_target_inputs()
    assert taker.get_node().get_type_name() == "MatMul"


def test_there_is_no_keras_model_of_it(small_images):
    save(MAP)
    compiled_rows_of(small_images)
    with pytest.raises(
        PipelineError, match=r"must be one that Keras has\. Received: network\.onnx"
    ):
        load_original(Path("base"))


def relu(name, shape, **changes):
    return {"nodes": [node("Relu", [name], "y")], "inputs": {name: shape}} | changes


def dense(width):
    nodes = [*VECTOR, node("MatMul", ["vector", "wide"], "y")]
    return {"nodes": nodes, "weights": {"wide": np.ones((6, width), np.float32)}}


def reshaped(*shape):
    nodes = [*MAP, node("Reshape", ["map", "other"], "y")]
    return {"nodes": nodes, "weights": {"other": np.array(shape)}}


WRONG = {
    "operations of others": (
        {"nodes": [node("Strange", ["images"], "y", "com.example")], "domain": "com.example"},
        {},
        r"of operations that it has. Received: .*com\.example\.Strange",
    ),
    "several inputs": (
        {
            "nodes": [node("Add", ["images", "others"], "y")],
            "inputs": IMAGES | {"others": IMAGES["images"]},
        },
        {},
        r"must have one input, of images: .* Received: \[\?,3,\?,\?\], \[\?,3,\?,\?\]",
    ),
    "any number of axes": (relu("images", None), {}, r"one input, of images.*Received: \[\.\.\.\]"),
    "text": (relu("words", [None, 7]), {}, r"one input, of images.*Received: \[\?,7\]"),
    "sound": (relu("sound", [None, 1, 99]), {}, r"one input, of images"),
    "grey images": (relu("images", [None, 1, 32, 32]), {}, r"of 32 x 32 x 3\. Received: .*1,32,32"),
    "other sides": (relu("images", [None, 3, 48, 48]), {}, r"of 32 x 32 x 3\. Received: .*3,48,48"),
    "no square": (relu("images", [None, 3, 32, 48]), {}, r"of 32 x 32 x 3\. Received: .*3,32,48"),
    "two images only": (
        reshaped(2, 2700),
        {},
        r"any number of images|of a batch\. Received: .*batch",
    ),
    "another output": (
        {"nodes": MAP, "output": "map"},
        {"output": "maps"},
        r"outputs of .*: map\.",
    ),
    "an unnamed one of two": (
        {"nodes": VECTOR, "output": ["vector", "map"]},
        {},
        r"must name one of the outputs of network\.onnx: (vector, map|map, vector)\. .*None",
    ),
    "another layer": ({"nodes": MAP, "output": "map"}, {"layers": ["mapp"]}, r"near it: map;"),
    "a dense end": (dense(256), {}, r"cannot be told; its last layers: .*y\. Received: .*of 256"),
    "a softmax alone": (
        {"nodes": [*VECTOR, node("Softmax", ["vector"], "y", axis=1)]},
        {},
        r"cannot be told; its last layers: .*vector, y\. Received: y",
    ),
    "the class of a map": ({"nodes": MAP, "output": "map"}, {"pooling": "cls"}, r"are of tokens"),
    "five axes": (reshaped(0, 2, 3, 30, 30), {}, r"a map, tokens or a vector.*\(4, 2, 3, 30, 30\)"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_network_is_refused_in_one_line(wrong):
    made, changes, told = WRONG[wrong]
    outputs = made.get("output", "y")
    outputs = dict.fromkeys([outputs] if isinstance(outputs, str) else outputs)
    weights = WEIGHTS | made.get("weights", {})
    inputs, domain = made.get("inputs", IMAGES), made.get("domain", "")
    Path("network.onnx").write_bytes(model(made["nodes"], inputs, outputs, weights, domain))
    refuse("network.onnx", told, **changes)


def refuse(path, told, **changes):
    with pytest.raises(PipelineError, match=told) as error:
        open_network(model_file(path, **changes))
    assert len(str(error.value).splitlines()) == 1
    assert path in str(error.value)


@pytest.mark.parametrize("suffix", ["onnx", "tflite", "xml"])
@pytest.mark.parametrize("content", [b"", b"hello", b"\x08\x08\x3a\xff"])
def test_a_damaged_file_is_refused_in_one_line(suffix, content):
    for name in (f"network.{suffix}", "network.bin"):
        Path(name).write_bytes(content)
    refuse(f"network.{suffix}", "must be a network that OpenVINO reads")


def test_weights_that_end_too_early_are_refused():
    save_as_openvino(small_network())
    shutil.copy("network.bin", "whole.bin")
    Path("network.bin").write_bytes(Path("whole.bin").read_bytes()[:-20])
    refuse("network.xml", r"must be a network that OpenVINO reads.*weights")
