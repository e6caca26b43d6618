import json
import shutil
import subprocess
import sys
from importlib.metadata import version

import keras
import numpy as np
import pytest
from skimage import data

from tests.specs import model_file, spec
from viewcache.bases import tensorflow_base
from viewcache.bases.artifact import open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.bases.pins import weights_digest
from viewcache.ground.errors import PipelineError

RUNTIMES = ["openvino", "tensorflow"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bases")
    for runtime in RUNTIMES:
        compile_base(folder / runtime, spec(), runtime)
    return folder


@pytest.fixture(scope="module")
def bases(folders):
    return {runtime: open_base(folders / runtime, 4) for runtime in RUNTIMES}


@pytest.fixture(scope="module")
def images():
    photograph = data.astronaut()
    return np.stack(
        [photograph[9 * row : 9 * row + 64, 9 * row : 9 * row + 64] for row in range(21)]
    )


@pytest.fixture(scope="module")
def expected(images):
    return load_base(spec()).predict(images, verbose=0)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_compiled_base_gives_the_features_of_keras(bases, images, expected, runtime):
    features = bases[runtime](images)
    assert features.dtype == np.float32
    assert np.abs(features - expected).max() < 1e-4


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_features_do_not_depend_on_how_many_images_there_are(bases, images, runtime):
    base = bases[runtime]
    assert np.array_equal(base(images[:3]), base(images)[:3])


def test_openvino_gives_the_same_bits_wherever_an_image_stands_in_a_batch(bases, images):
    base = bases["openvino"]
    order = np.random.default_rng(0).permutation(len(images))
    assert np.array_equal(base(images[order]), base(images)[order])


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_stream_keeps_the_order_of_its_batches(bases, images, runtime):
    base = bases[runtime]
    batches = [images[start : start + 4] for start in range(0, 21, 4)]
    streamed = list(base.stream(iter(batches)))
    assert [len(features) for features in streamed] == [4, 4, 4, 4, 4, 1]
    for batch, features in zip(batches, streamed, strict=True):
        assert np.array_equal(features, base(batch))


def test_running_an_openvino_base_imports_nothing_large(folders):
    program = (
        "import sys; from pathlib import Path; from viewcache.bases.artifact import open_base; "
        f"open_base(Path({str(folders / 'openvino')!r}), 4); import stages.extract; "
        "large = {'tensorflow', 'keras', 'pandas', 'scipy'} & set(sys.modules); "
        "sys.exit(str(large) if large else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_runtimes_have_identities_of_their_own(bases):
    assert bases["openvino"].identity != bases["tensorflow"].identity


def test_an_identity_is_of_the_weights_and_not_of_the_batch_size(folders, tmp_path):
    folder = shutil.copytree(folders / "openvino", tmp_path / "base")
    before = open_base(folder, 4).identity
    assert open_base(folder, 8).identity == before
    description = json.loads((folder / "base.json").read_text())
    (folder / "base.json").write_text(json.dumps(description | {"weights": "0" * 64}))
    assert open_base(folder, 4).identity != before


def test_an_identity_on_tensorflow_is_of_the_device(folders, bases, monkeypatch):
    monkeypatch.setattr(tensorflow_base, "device", lambda: "a GPU")
    assert open_base(folders / "tensorflow", 4).identity != bases["tensorflow"].identity


def test_a_description_tells_what_a_base_was_made_of(folders):
    told = json.loads((folders / "openvino" / "base.json").read_text())
    assert told["runtime"] == "openvino"
    assert told["version"] == version("openvino")
    assert told["spec"] == spec().described
    assert told["file"] is None
    assert told["weights"] == weights_digest(load_base(spec()))
    assert told["files"].keys() == {"base.bin", "base.xml"}


@pytest.mark.parametrize("name", ["base.bin", "base.xml"])
@pytest.mark.parametrize("damage", ["flipped", "missing"])
def test_a_damaged_base_is_not_opened(folders, tmp_path, name, damage):
    file = shutil.copytree(folders / "openvino", tmp_path / "base") / name
    content = file.read_bytes()
    file.unlink()
    if damage == "flipped":
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(PipelineError, match="`make repair` compiles it again"):
        open_base(tmp_path / "base", 4)


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_damaged_description_is_refused(tmp_path, text):
    (tmp_path / "base.json").write_text(text)
    with pytest.raises(PipelineError, match=r"base.json must describe a base: `make repair`"):
        open_base(tmp_path, 4)


def test_a_tensorflow_base_whose_weights_changed_is_refused(working_folder):
    for value in (1, 2):
        constant = keras.initializers.Constant(value)
        convolution = keras.layers.Conv2D(4, 3, kernel_initializer=constant)
        keras.Sequential([keras.Input((32, 32, 3)), convolution]).save("model.keras")
        if value == 1:
            compile_base(working_folder / "base", model_file("model.keras"), "tensorflow")
    (working_folder / "weights.lock").unlink()
    with pytest.raises(PipelineError, match=r"was compiled from another model.keras: run "):
        open_base(working_folder / "base", 2)
