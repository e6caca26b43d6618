import tensorflow as tf

from tests.views.rendered import largest_difference


def test_a_crop_is_that_of_tensorflow():
    def cropped(image):
        """A box of TensorFlow reaches from the middle of a pixel to the middle of another."""
        first = [(160 * start + length / 2 - 0.5) / 159 for start, length in (rows, columns)]
        last = [
            (160 * (start + length) - length / 2 - 0.5) / 159 for start, length in (rows, columns)
        ]
        pixels = image[None].astype("float32")
        return tf.image.crop_and_resize(pixels, [[*first, *last]], [0], image.shape[:2])[0]

    rows, columns = (0.1, 0.5), (0.2, 0.6)
    fields = {"crop_y": -0.15, "crop_x": 0.0, "crop_height": 0.5, "crop_width": 0.6}
    assert largest_difference(cropped, **fields) < 0.52  # half a level: rounding
