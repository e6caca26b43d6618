from pathlib import Path

import keras
import numpy as np
import pytest

from tests.heads.test_dense import dense
from tests.specs import model_file
from viewcache.bases.compiling import compile_base
from viewcache.ground.errors import PipelineError
from viewcache.images.decoding import DecodingPolicy
from viewcache.serving.classifier import open_classifier
from viewcache.serving.folder import Description, write_model
from viewcache.serving.plain_keras import plain_keras

NOISE = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), np.uint8)
IMAGES = np.stack([noise // divisor for divisor, noise in enumerate(NOISE, start=1)])


def export(preprocessing, dtype="float32"):
    """A small model in the working folder."""
    kernels = keras.initializers.RandomNormal(stddev=0.02, seed=0)
    convolution = keras.layers.Conv2D(4, 3, kernel_initializer=kernels)
    network = keras.Sequential([keras.Input((32, 32, 3)), convolution])
    network.save("network.keras")
    spec = model_file("network.keras", preprocessing=preprocessing)
    compile_base(Path("base"), spec, "tensorflow")
    decoding = DecodingPolicy(32, 1, [0, 0, 0])
    description = Description(["a", "b", "c"], decoding, 0, {}, dtype, {}, {})
    write_model(Path("model"), description, [dense(0, 4, 3)], Path("base"), IMAGES[0])


@pytest.mark.parametrize("preprocessing", ["unit", "tf", "torch", "caffe"])
def test_a_saved_model_has_preprocessing_and_pooling_inside(tmp_path, monkeypatch, preprocessing):
    monkeypatch.chdir(tmp_path)
    export(preprocessing)
    plain_keras(Path("model")).save("plain.keras")
    plain = keras.saving.load_model("plain.keras")
    found = plain.predict(IMAGES, verbose=0)
    expected = open_classifier(Path("model")).classify(IMAGES)
    assert np.abs(found - expected).max() <= 1e-5
    assert np.ptp(expected, axis=0).max() > 1e-3


def test_a_head_on_rounded_features_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export("none", "float16")
    with pytest.raises(PipelineError, match=r"float32 features.* extract\.dtype float16"):
        plain_keras(Path("model"))


def test_a_base_whose_weights_changed_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export("none")
    network = keras.saving.load_model("network.keras")
    network.set_weights([weight + 1 for weight in network.get_weights()])
    network.save("network.keras")
    with pytest.raises(PipelineError, match="was compiled from another"):
        plain_keras(Path("model"))
