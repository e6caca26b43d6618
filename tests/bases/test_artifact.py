import subprocess
import sys

import keras
import numpy as np
import pytest
from skimage import data

from tests.specs import model_file, random, spec
from viewcache.bases import artifact
from viewcache.bases.artifact import open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.ground.errors import PipelineError

RUNTIMES = ["openvino", "tensorflow"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bases")
    for runtime in RUNTIMES:
        compile_base(folder / runtime, spec(), runtime)
    return folder


@pytest.fixture(scope="module")
def images():
    photograph = data.astronaut()
    return np.stack(
        [photograph[9 * row : 9 * row + 64, 9 * row : 9 * row + 64] for row in range(21)]
    )


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("batch_size", [1, 4, 32])
def test_a_compiled_base_gives_the_features_of_keras(folders, images, runtime, batch_size):
    expected = load_base(spec()).predict(images, verbose=0)
    features = open_base(folders / runtime, batch_size)(images)
    assert features.dtype == np.float32
    assert np.abs(features - expected).max() < 1e-4


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_features_do_not_depend_on_how_many_images_there_are(folders, images, runtime):
    base = open_base(folders / runtime, 8)
    assert np.array_equal(base(images[:3]), base(images)[:3])


def test_openvino_gives_the_same_bits_wherever_an_image_stands_in_a_batch(folders, images):
    base = open_base(folders / "openvino", 8)
    order = np.random.default_rng(0).permutation(len(images))
    assert np.array_equal(base(images[order]), base(images)[order])


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_stream_keeps_the_order_of_its_batches(folders, images, runtime):
    base = open_base(folders / runtime, 4)
    batches = [images[start : start + 4] for start in range(0, 21, 4)]
    streamed = list(base.stream(iter(batches)))
    assert [len(features) for features in streamed] == [4, 4, 4, 4, 4, 1]
    for batch, features in zip(batches, streamed, strict=True):
        assert np.array_equal(features, base(batch))


def test_running_an_openvino_base_imports_nothing_large(folders):
    program = (
        "import sys; from pathlib import Path; from viewcache.bases.artifact import open_base; "
        f"open_base(Path({str(folders / 'openvino')!r}), 4); import stages.extract; "
        "large = {'tensorflow', 'keras', 'pandas', 'pydantic', 'scipy'} & set(sys.modules); "
        "sys.exit(str(large) if large else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_compiling_again_gives_the_same_bytes(tmp_path):
    program = (
        "from pathlib import Path; from viewcache.bases.artifact import compile_base; "
        "from tests.specs import spec; "
        f"compile_base(Path({str(tmp_path)!r}), spec(), 'openvino')"
    )
    contents = []
    for name in ("once", "again"):
        folder = tmp_path / name
        here = program.replace(str(tmp_path), str(folder))
        subprocess.run([sys.executable, "-c", here], check=True, capture_output=True)
        contents.append([path.read_bytes() for path in sorted(folder.iterdir())])
    assert contents[0] == contents[1]


def test_runtimes_have_identities_of_their_own(folders):
    assert (
        open_base(folders / "openvino", 4).identity != open_base(folders / "tensorflow", 4).identity
    )


def test_a_runtime_that_is_off_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(artifact, "TOLERANCE", 0.0)
    with pytest.raises(PipelineError, match=r"on openvino must be within 0.0 of TensorFlow"):
        compile_base(tmp_path, spec(), "openvino")


@pytest.mark.parametrize(
    ("name", "pooling"), [("VGG16", "flatten"), ("MobileNetV2", "both"), ("EfficientNetB0", "max")]
)
def test_openvino_gives_the_features_of_other_networks(tmp_path, small_images, name, pooling):
    assert_openvino_equals_keras(tmp_path, small_images, random(name, pooling=pooling))


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
