import io

import numpy as np
from PIL import Image
from skimage import data

from stages.images.decoding import decode


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_photograph_keeps_its_colours():
    photograph = data.chelsea()
    decoded = decode(encoded(Image.fromarray(photograph), "PNG"), 64)
    assert decoded.shape == (64, 64, 3)
    assert decoded.dtype == np.uint8
    assert np.allclose(decoded.mean(axis=(0, 1)), photograph.mean(axis=(0, 1)), atol=1)


def test_an_image_of_the_wanted_size_is_untouched():
    photograph = data.chelsea()[:200, :200]
    assert np.array_equal(decode(encoded(Image.fromarray(photograph), "PNG"), 200), photograph)


def test_grey_becomes_three_equal_channels():
    decoded = decode(encoded(Image.fromarray(data.camera()), "PNG"), 64)
    assert np.array_equal(decoded[..., 0], decoded[..., 1])
    assert np.array_equal(decoded[..., 0], decoded[..., 2])


def test_a_picture_taken_sideways_is_turned_upright():
    upright = Image.fromarray(data.chelsea()[:200, :200])
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 270 degrees to see it upright
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    assert np.array_equal(decode(encoded(sideways, "PNG", exif=exif), 200), np.asarray(upright))
