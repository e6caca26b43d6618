"""A base that was compiled for one repository is taken by the user's others."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.repository import ROOT
from tests.specs import model_file, spec
from viewcache.bases.artifact import find_base, open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.kept import keep, kept_original
from viewcache.ground.errors import PipelineError

BASE = Path("base")
PROGRAM = """
import sys; from pathlib import Path; from tests.specs import spec; import stages.compile_base
from viewcache.bases.compiling import compile_base
compile_base(Path("base"), spec(side=32), "auto")
print("tensorflow" in sys.modules)
"""

pytestmark = pytest.mark.usefixtures("working_folder")


def save_model(value=1.0):
    constant = keras.initializers.Constant(value)
    convolution = keras.layers.Conv2D(4, 3, kernel_initializer=constant)
    keras.Sequential([keras.Input((32, 32, 3)), convolution]).save("model.keras")


@pytest.fixture
def small():
    """The specification of a small base, which was compiled once."""
    save_model()
    compile_base(BASE, model_file("model.keras"), "openvino")
    return model_file("model.keras")


def kept_files():
    return [path for path in Path("caches").rglob("*") if path.is_file()]


def compiled_in(folder):
    """Whether a stage in a folder of its own imported TensorFlow, and what it wrote."""
    folder.mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM]
    said = subprocess.check_output(command, cwd=folder, env=environment, text=True)
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return said.split()[-1] == "True", files


def test_another_repository_gets_the_same_bytes_and_pins_without_tensorflow(working_folder):
    imported, first = compiled_in(working_folder / "first")
    assert imported
    assert first.keys() == {"base.bin", "base.xml", "base.json", "weights.lock"}
    assert compiled_in(working_folder / "second") == (False, first)


def test_what_is_kept_is_read_only_and_what_is_taken_is_not(small):
    compile_base(BASE, small, "openvino")
    assert {path.stat().st_mode & 0o222 for path in kept_files()} == {0}
    assert all(path.stat().st_mode & 0o200 for path in BASE.iterdir())


@pytest.mark.parametrize("name", ["base.bin", "features.npy", "original.json", "digests.json"])
@pytest.mark.parametrize("damage", ["flipped", "missing"])
def test_a_damaged_base_is_compiled_and_kept_again(small, name, damage):
    [file] = [path for path in kept_files() if path.name == name]
    content = file.read_bytes()
    file.unlink()
    if damage == "flipped":
        file.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    assert kept_original(small) is None
    compile_base(BASE, small, "openvino")
    assert kept_original(small).made_of["weights"] == find_base(BASE).description["weights"]


def test_weights_that_differ_from_a_repository_s_pin_are_refused(small):
    Path("weights.lock").write_text('{"model.keras": "%s"}' % ("0" * 64))
    with pytest.raises(PipelineError, match=r"model.keras must have SHA-256 0+;"):
        compile_base(BASE, small, "openvino")


def test_a_file_with_other_weights_is_another_base(small):
    ones = open_base(BASE, 2)(np.full((1, 32, 32, 3), 9, np.uint8))
    save_model(2.0)
    Path("weights.lock").unlink()
    compile_base(BASE, small, "openvino")
    assert np.allclose(open_base(BASE, 2)(np.full((1, 32, 32, 3), 9, np.uint8)), 2 * ones)


def test_only_a_stage_keeps_a_base(monkeypatch):
    monkeypatch.delenv("DVC_STAGE")
    save_model()
    compile_base(BASE, model_file("model.keras"), "openvino")
    assert not kept_files()


def test_a_base_whose_weights_keras_downloads_is_not_kept(small):
    before, original = kept_files(), kept_original(small)
    keep(spec("MobileNetV2"), BASE / "base.xml", original, np.zeros((4, 4), np.float32))
    assert kept_files() == before


@pytest.mark.parametrize("caches", ["/dev/null", ""])
def test_where_there_is_no_place_to_keep_it_a_base_is_compiled_all_the_same(monkeypatch, caches):
    monkeypatch.setenv("XDG_CACHE_HOME", caches)
    monkeypatch.setenv("HOME", "/dev/null")
    save_model()
    for _ in range(2):
        compile_base(BASE, model_file("model.keras"), "openvino")
    assert find_base(BASE).description["file"]
