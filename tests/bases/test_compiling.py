import os
import subprocess
import sys
from contextlib import nullcontext
from subprocess import DEVNULL

import keras
import numpy as np
import openvino
import pytest

from tests.specs import model_file, random, spec
from viewcache.bases import artifact, compiling
from viewcache.bases.artifact import find_base, open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.ground.errors import PipelineError


def test_a_runtime_that_is_off_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(compiling, "TOLERANCE", 0.0)
    with pytest.raises(PipelineError, match=r"on openvino must be within 0.0 of TensorFlow"):
        compile_base(tmp_path, spec(), "openvino")


def test_bfloat16_is_compiled_where_the_processor_has_it_and_else_refused(tmp_path):
    capabilities = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    has = "BF16" in capabilities
    refused = pytest.raises(PipelineError, match=r"needs a processor that .*\. Received: .*FP32")
    with nullcontext() if has else refused:
        compile_base(tmp_path / "base", random("MobileNetV2"), "openvino", "bfloat16")
    assert (tmp_path / "base").exists() == has


def compiled_apart(folder, images):
    """The folder of a base in int8 that a process of its own compiled."""
    np.save(folder / "images.npy", images)
    program = (
        "import sys; from pathlib import Path; import numpy as np; from tests.specs import spec; "
        "from viewcache.bases.compiling import compile_base; folder = Path(sys.argv[1]); "
        "images = np.load(folder / 'images.npy'); "
        "compile_base(folder / 'base', spec(side=32), 'openvino', 'int8', images)"
    )
    command = [sys.executable, "-c", program, folder]
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "caches")}
    subprocess.run(command, check=True, env=environment, stdout=DEVNULL, stderr=DEVNULL)
    return folder / "base"


@pytest.fixture(scope="module")
def int8(tmp_path_factory, small_images):
    return compiled_apart(tmp_path_factory.mktemp("int8"), small_images)


def test_compiling_again_gives_the_same_bytes(int8, small_images, tmp_path):
    again = compiled_apart(tmp_path, small_images)
    assert {path.name for path in int8.glob("*.xml")} == {"base.xml", "int8.xml"}
    for path in int8.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_int8_features_are_those_of_the_image_alone_and_near_float32(int8, small_images):
    features = open_base(int8, 2)(small_images)
    float32 = find_base(int8).in_float32.open(2)(small_images)
    assert np.array_equal(open_base(int8, 2)(small_images[::-1]), features[::-1])
    assert 0 < np.abs(features - float32).max() < np.abs(features).max()


def test_an_int8_base_on_other_instructions_is_another_one(int8, monkeypatch):
    here, float32 = open_base(int8, 2).identity, find_base(int8).in_float32.open(2).identity
    monkeypatch.setattr(artifact, "instruction_set", lambda: "others")
    assert open_base(int8, 2).identity != here
    assert find_base(int8).in_float32.open(2).identity == float32


def test_openvino_gives_the_features_of_the_book(tmp_path, small_images):
    assert_openvino_equals_keras(tmp_path, small_images, random("VGG16", pooling="flatten"))


def test_openvino_gives_the_features_of_a_model_cut_at_a_layer(working_folder, small_images):
    first = keras.layers.Conv2D(4, 3, activation="silu", name="first")
    inside = [keras.Input((None, None, 3)), first, keras.layers.Conv2D(2, 3)]
    keras.Sequential(inside).save("model.keras")
    cut = model_file("model.keras", layers=["first"], preprocessing="torch", pooling="flatten")
    assert_openvino_equals_keras(working_folder / "base", small_images, cut)


def assert_openvino_equals_keras(folder, images, spec):
    compile_base(folder, spec, "openvino")
    base, expected = open_base(folder, 2), load_base(spec).predict(images, verbose=0)
    assert base.row_shape == expected.shape[1:]
    assert np.abs(base(images) - expected).max() <= 1e-4 * np.abs(expected).max()
