import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.views.rendered import largest_difference


def unit(image):
    """Values from 0 to 1, as TensorFlow takes them without rounding."""
    return image / np.float32(255)


@pytest.mark.parametrize("factor", [0, 0.3, 0.6, 1.4, 1.9])
def test_saturation_is_that_of_tensorflow(factor):
    def adjusted(image):
        return 255 * tf.image.adjust_saturation(unit(image), factor)

    assert largest_difference(adjusted, saturation=factor) < 0.51  # half a level: rounding


@pytest.mark.parametrize("turn", [-0.5, -0.2, 0.1, 0.5])
def test_hue_is_that_of_tensorflow(turn):
    def adjusted(image):
        return 255 * tf.image.adjust_hue(unit(image), turn)

    assert largest_difference(adjusted, hue=turn) < 0.51


def test_grey_is_that_of_pillow():
    def grey(image):
        return np.asarray(Image.fromarray(image).convert("L"))[..., None]

    assert largest_difference(grey, grey=True) <= 1
