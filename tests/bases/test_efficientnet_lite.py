"""The conversion is right if PyTorch gives the same features of the same weights."""

from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_image

from tests.specs import spec
from viewcache.bases.efficientnet_lite import SCALES, efficientnet_lite
from viewcache.bases.frozen import load_base
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.catalogue import DEFAULT_SIDES

CATS = {281, 282, 285}  # tabby, tiger cat, Egyptian cat: indices of ImageNet's classes
PHOTOGRAPHS = {
    "cat": (data.chelsea, CATS),
    "cup of espresso": (data.coffee, {967, 968}),
    "palace": (lambda: load_sample_image("china.jpg"), {698}),
}


class Golden(NamedTuple):
    """Every 80th feature of a photograph's pixels, and mean and norm of all of them."""

    side: int
    features: list[float]
    mean: float
    norm: float
    parameters: int


NETWORKS = {
    "efficientnet_lite0": Golden(
        160,
        [
            *(0.43413, 0.00000, 0.00000, 0.01772, 0.00000, 0.23374, 0.00000, 0.00000),
            *(0.11324, 0.28491, 0.00000, 0.09897, 0.16883, 0.00000, 0.69072, 0.37725),
        ],
        mean=0.2749787,
        norm=20.562776,
        parameters=4_694_024,
    ),
    "efficientnet_lite1": Golden(
        240,
        [
            *(0.16147, 0.01985, 0.18649, 0.04497, 0.00564, 0.85124, 0.20132, 0.52457),
            *(0.02030, 0.40459, 0.23823, 0.00000, 0.06566, 0.00000, 0.17704, 0.01756),
        ],
        mean=0.2399494,
        norm=14.929293,
        parameters=5_470_344,
    ),
    "efficientnet_lite2": Golden(
        260,
        [
            *(0.00000, 0.00330, 0.37218, 0.00127, 0.33812, 0.18364, 0.01629, 0.44785),
            *(0.00000, 0.07352, 0.01122, 0.25777, 0.33205, 0.00259, 0.06718, 0.00000),
        ],
        mean=0.2327007,
        norm=13.891697,
        parameters=6_150_168,
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_features_are_those_that_pytorch_gives(name):
    """As PyTorch 2.14.1 gave them in float64.

    The network was that of `efficientnet-lite-pytorch` 0.1.0 with the weights that it publishes,
    of pixels (p - 127) / 128: the average over height and width of its `extract_features`.
    """
    golden = NETWORKS[name]
    photograph = data.astronaut()[None, 40 : 40 + golden.side, 140 : 140 + golden.side]
    features = np.asarray(load_base(spec(name, golden.side))(photograph))[0]
    np.testing.assert_allclose(features[::80], golden.features, atol=2e-5)
    assert features.mean() == pytest.approx(golden.mean, rel=1e-5)
    assert np.linalg.norm(features) == pytest.approx(golden.norm, rel=1e-5)


@pytest.fixture(scope="module", params=NETWORKS)
def classifier(request):
    return efficientnet_lite(request.param, DEFAULT_SIDES[request.param], include_top=True)


def centre(photograph: np.ndarray, side: int) -> np.ndarray:
    height, width = photograph.shape[:2]
    square = min(height, width)
    top, left = (height - square) // 2, (width - square) // 2
    cut = Image.fromarray(photograph[top : top + square, left : left + square])
    return np.asarray(cut.resize((side, side), Image.Resampling.BICUBIC))[None]


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_the_original_classifier_knows_what_is_on_a_photograph(classifier, name):
    photograph, classes = PHOTOGRAPHS[name]
    probabilities = np.asarray(classifier(centre(photograph(), classifier.input_shape[1])))[0]
    assert probabilities.argmax() in classes
    assert probabilities.sum() == pytest.approx(1, abs=1e-4)


def test_the_network_has_the_published_size(classifier):
    assert classifier.count_params() == NETWORKS[classifier.name].parameters


def test_weights_that_differ_from_the_pinned_digest_are_refused(monkeypatch):
    pinned = SCALES["efficientnet_lite1"]
    other = pinned._replace(weights=pinned.weights[:8] + "0" * 56)
    monkeypatch.setitem(SCALES, "efficientnet_lite1", other)
    with pytest.raises(PipelineError, match=r"must have SHA-256 77cc71600+\. Received: 77cc7160d"):
        efficientnet_lite("efficientnet_lite1", 64)
