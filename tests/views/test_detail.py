"""Views that are sampled from images larger than the base takes them."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from tests.policies import ALL
from tests.views.rendered import plan_of
from viewcache.images.decoding import Decoded
from viewcache.views.plan import draw
from viewcache.views.render import render, render_decoded

PHOTOGRAPH = np.ascontiguousarray(data.astronaut()[:480, :480])
SIDE = 120


def resized(pixels, side, box=None):
    """Antialiased, as images are decoded."""
    picture = Image.fromarray(pixels)
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR, box))


def view_of(factor=None, photograph=PHOTOGRAPH, **fields):
    """Of a photograph that is kept so many times as large as the base takes it, or not."""
    detail = None if factor is None else [resized(photograph, factor * SIDE)]
    return render(resized(photograph, SIDE)[None], plan_of(**fields), detail)[0]


def distance(one, other):
    return np.abs(one.astype(float) - other).mean()


@pytest.mark.parametrize(("height", "width"), [(0.5, 0.5), (0.3, 0.6), (0.9, 0.8)])
def test_a_crop_is_that_of_the_photograph(height, width):
    left, top = 480 * (1 - width) / 2, 480 * (1 - height) / 2
    wanted = resized(PHOTOGRAPH, SIDE, (left, top, 480 - left, 480 - top))
    crop = {"crop_height": height, "crop_width": width}
    without, *detailed = (distance(view_of(of, **crop), wanted) for of in (None, 2, 4))
    assert max(detailed) < without / 2


def test_of_detail_twice_as_large_a_crop_of_half_the_side_is_its_middle():
    detail = resized(PHOTOGRAPH, 2 * SIDE)
    assert np.array_equal(view_of(2, crop_height=0.5, crop_width=0.5), detail[60:180, 60:180])


def test_a_pixel_of_the_view_is_the_mean_of_what_it_covers():
    moved = view_of(4, shift_x=10 / SIDE)
    means = PHOTOGRAPH.reshape(SIDE, 4, SIDE, 4, 3).mean(axis=(1, 3))
    assert np.abs(moved[:, 10:] - means[:, :-10]).max() <= 1


@pytest.mark.parametrize("zoom", [0.3, 0.7, 1.1])
def test_lines_are_grey_from_afar(zoom):
    lines = np.zeros_like(PHOTOGRAPH)
    lines[::2] = 255
    view = render(np.zeros((1, SIDE, SIDE, 3), np.uint8), plan_of(zoom=zoom), [lines])[0]
    assert np.abs(view[50:70, 50:70] - 127.5).max() < 40


def test_an_image_may_be_reduced_to_a_dot():
    view = view_of(4, zoom=0.01)
    assert np.array_equal(view[0, 0], resized(PHOTOGRAPH, 480)[0, 0])


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"horizontal_flip": True, "quarter_turns": 3},
        {"vertical_flip": True, "brightness": 0.1, "blur": 1.5},
    ],
    ids=str,
)
def test_what_only_permutes_pixels_takes_those_of_the_image(fields):
    assert np.array_equal(view_of(2, PHOTOGRAPH, **fields), view_of(**fields))


def test_detail_is_read_of_images_that_need_it():
    asked = []

    class Counted:
        def __getitem__(self, place):
            asked.append(place)

    plan = np.concatenate([plan_of(), plan_of(zoom=1.1), plan_of(quarter_turns=1)])
    render(np.zeros((3, 8, 8, 3), np.uint8), plan, Counted())
    assert asked == [1]


def test_a_batch_is_rendered_image_by_image():
    photographs = [PHOTOGRAPH, PHOTOGRAPH[::-1], np.rot90(PHOTOGRAPH)]
    sizes = [(resized(one, SIDE), resized(one, 2 * SIDE)) for one in photographs]
    images = [Decoded(pixels, 1, 1, (), 0, detail) for pixels, detail in sizes]
    plan = draw(ALL, 0, 1, ["a", "b", "c"])
    views = render_decoded(images, plan)
    for row, image in enumerate(images):
        assert np.array_equal(views[row], render_decoded([image], plan[[row]])[0])
    without = render(np.stack([image.pixels for image in images]), plan)
    assert (views != without).any(axis=(1, 2, 3)).all()
