import subprocess
import sys
from subprocess import DEVNULL

import keras
import numpy as np
import pytest

from tests.specs import model_file, random, spec
from viewcache.bases import compiling
from viewcache.bases.artifact import open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.ground.errors import PipelineError


def test_compiling_again_gives_the_same_bytes(tmp_path):
    program = (
        "import sys; from pathlib import Path; from tests.specs import spec; "
        "from viewcache.bases.compiling import compile_base; "
        "compile_base(Path(sys.argv[1]), spec(), 'openvino')"
    )
    folders = [tmp_path / "once", tmp_path / "again"]
    command = [sys.executable, "-c", program]
    processes = [subprocess.Popen([*command, folder], stderr=DEVNULL) for folder in folders]
    for process in processes:
        assert process.wait() == 0
    for path in folders[0].iterdir():
        assert path.read_bytes() == (folders[1] / path.name).read_bytes()


def test_a_runtime_that_is_off_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(compiling, "TOLERANCE", 0.0)
    with pytest.raises(PipelineError, match=r"on openvino must be within 0.0 of TensorFlow"):
        compile_base(tmp_path, spec(), "openvino")


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
    assert base.width == expected.shape[1]
    assert np.abs(base(images) - expected).max() <= 1e-4 * np.abs(expected).max()
