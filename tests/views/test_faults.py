import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from skimage import filters, util

from tests.views.rendered import CAT, largest_difference, rendered


@pytest.mark.parametrize("sigma", [0.3, 0.5, 1, 2, 5])
def test_blur_is_that_of_scikit_image(sigma):
    def blurred(image):
        unit = image / 255
        return 255 * filters.gaussian(unit, sigma, mode="nearest", truncate=3, channel_axis=2)

    assert largest_difference(blurred, blur=sigma) < 1.4  # OpenCV's weights have 8 bits


@pytest.mark.parametrize("sigma", [0.01, 0.1])
def test_noise_is_that_of_scikit_image(sigma):
    def noisy(image):
        return 255 * util.random_noise(image, var=float(np.float32(sigma)) ** 2, rng=7)

    assert largest_difference(noisy, noise=sigma, noise_seed=7) < 0.51  # half a level: rounding


def test_another_seed_is_other_noise():
    one, other = (rendered(noise=0.1, noise_seed=seed).astype(float) - CAT for seed in (1, 2))
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.05


@pytest.mark.parametrize("quality", [1, 30, 75, 99])
def test_a_jpeg_is_that_of_pillow(quality):
    def stored(image):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file))

    assert largest_difference(stored, jpeg_quality=quality) == 0


@pytest.mark.parametrize("quality", [1, 30, 75])
def test_a_jpeg_is_nearly_that_of_tensorflow(quality):
    def stored(image):
        return tf.image.adjust_jpeg_quality(image, quality)

    assert largest_difference(stored, jpeg_quality=quality) <= 4  # it calculates with fewer bits


@pytest.mark.parametrize(
    ("y", "x", "rows", "columns"),
    [(0, 0, slice(0, 40), slice(0, 80)), (0.9999, 0.5, slice(120, 160), slice(40, 120))],
)
def test_an_erased_rectangle_is_black_and_the_rest_as_it_was(y, x, rows, columns):
    expected = CAT.copy()
    expected[rows, columns] = 0
    fields = {"erasing_height": 0.25, "erasing_width": 0.5, "erasing_y": y, "erasing_x": x}
    assert np.array_equal(rendered(**fields), expected)
