import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import data

from tests.policies import EVERYTHING
from viewcache.views.plan import draw, identity
from viewcache.views.render import _affine, render

PHOTOGRAPH = np.ascontiguousarray(data.chelsea()[:160, :160])


def rendered(image=PHOTOGRAPH, **parameters):
    plan = identity(1)
    for name, value in parameters.items():
        plan[name] = value
    return render(image[None], plan)[0]


@given(side=st.integers(2, 40), seed=st.integers(0, 99))
def test_view_0_is_the_image_itself(side, seed):
    image = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    assert np.array_equal(rendered(image), image)


@given(
    side=st.integers(2, 40), flips=st.tuples(st.booleans(), st.booleans()), turns=st.integers(0, 3)
)
def test_flips_and_quarter_turns_only_move_pixels(side, flips, turns):
    image = np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8)
    view = rendered(image, horizontal_flip=flips[0], vertical_flip=flips[1], quarter_turns=turns)
    undone = view[:: -1 if flips[1] else 1, :: -1 if flips[0] else 1]
    assert any(np.array_equal(np.rot90(undone, turn), image) for turn in (turns, -turns))


def test_a_horizontal_flip_mirrors_left_and_right():
    assert np.array_equal(rendered(horizontal_flip=True), PHOTOGRAPH[:, ::-1])


def test_a_vertical_flip_mirrors_top_and_bottom():
    assert np.array_equal(rendered(vertical_flip=True), PHOTOGRAPH[::-1])


def test_a_shift_moves_the_image_right_and_down():
    view = rendered(shift_x=16 / 160, shift_y=8 / 160)
    assert np.array_equal(view[8:, 16:], PHOTOGRAPH[:-8, :-16])


def test_what_comes_from_outside_repeats_the_edge():
    view = rendered(shift_x=0.1)
    assert np.array_equal(view[:, :16], np.repeat(PHOTOGRAPH[:, :1], 16, axis=1))


def test_zoom_enlarges_about_the_centre():
    view = rendered(zoom=2.0)
    centre = PHOTOGRAPH[40:120, 40:120].mean(axis=(0, 1))
    assert np.allclose(view.mean(axis=(0, 1)), centre, atol=1)


def test_a_rotation_and_its_opposite_cancel_out():
    back = rendered(rendered(rotation_degrees=15), rotation_degrees=-15)
    inner = np.s_[50:110, 50:110]
    assert np.abs(back[inner].astype(int) - PHOTOGRAPH[inner]).mean() < 6


def test_a_rotation_by_90_degrees_is_a_quarter_turn():
    assert np.array_equal(rendered(rotation_degrees=90), rendered(quarter_turns=1))


def test_shear_moves_rows_against_each_other():
    view = rendered(shear=0.5)
    assert not np.array_equal(view[0], PHOTOGRAPH[0])
    assert np.abs(view[80].astype(int) - PHOTOGRAPH[80]).mean() < 5


@pytest.mark.parametrize(("brightness", "change"), [(0.2, 51), (-0.2, -51)])
def test_brightness_is_added(brightness, change):
    grey = np.full((8, 8, 3), 100, np.uint8)
    assert (rendered(grey, brightness=brightness) == 100 + change).all()


def test_brightness_is_clipped():
    assert rendered(np.full((8, 8, 3), 250, np.uint8), brightness=0.2).min() == 255


def test_contrast_stretches_about_the_mean():
    view = rendered(contrast=0.5).astype(float)
    assert np.allclose(view.mean(axis=(0, 1)), PHOTOGRAPH.mean(axis=(0, 1)), atol=0.5)
    assert np.allclose(view.std(axis=(0, 1)), PHOTOGRAPH.std(axis=(0, 1)) / 2, rtol=0.02)


def test_a_batch_is_rendered_image_by_image():
    images = np.stack([PHOTOGRAPH, PHOTOGRAPH[::-1]])
    plan = draw(EVERYTHING, 0, 1, ["a", "b"])
    views = render(images, plan)
    assert views.dtype == np.uint8
    assert all(
        np.array_equal(views[row], render(images[[row]], plan[[row]])[0]) for row in range(2)
    )


PAIRS = st.lists(
    st.fixed_dictionaries(
        {
            "horizontal_flip": st.booleans(),
            "vertical_flip": st.booleans(),
            "quarter_turns": st.integers(0, 3),
            "rotation_degrees": st.sampled_from([0, 0, -20, 7]),
            "shift_x": st.sampled_from([0, 0, 0.1, -0.05]),
            "zoom": st.sampled_from([1, 1, 0.8, 1.2]),
            "shear": st.sampled_from([0, 0, 0.2]),
            "brightness": st.sampled_from([0, 0, 0.2, -0.1]),
            "contrast": st.sampled_from([1, 1, 0.8, 1.2]),
        }
    ),
    min_size=2,
    max_size=2,
)


@given(PAIRS)
def test_two_views_differ_unless_they_are_drawn_to_the_same(parameters):
    one, other = (rendered(**drawn) for drawn in parameters)
    ours, theirs = (effect(**drawn) for drawn in parameters)
    assert np.array_equal(one, other) == np.allclose(ours, theirs)


def effect(brightness, contrast, **geometry):
    """What parameters come to: two flips, say, are half a turn."""
    plan = identity(1)
    for name, value in geometry.items():
        plan[name] = value
    return [brightness, contrast, *_affine(plan, 160).ravel()]
