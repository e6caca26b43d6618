"""The conversion is right if the original classifier knows what is on photographs."""

import numpy as np
import pytest
from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_image

from viewcache.bases import efficientnet_lite0 as module
from viewcache.bases.efficientnet_lite0 import efficientnet_lite0
from viewcache.ground.errors import PipelineError

CATS = {281, 282, 285}  # tabby, tiger cat, Egyptian cat: indices of ImageNet's classes
PHOTOGRAPHS = {
    "cat": (data.chelsea, CATS),
    "cup of espresso": (data.coffee, {967, 968}),
    "rocket": (data.rocket, {657, 744}),  # missile, projectile
    "palace": (lambda: load_sample_image("china.jpg"), {698}),
    "daisy": (lambda: load_sample_image("flower.jpg"), {985}),
}


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
