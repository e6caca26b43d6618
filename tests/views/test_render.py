import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import block_diag
from scipy.ndimage import affine_transform

from tests.policies import ALL
from tests.views.rendered import CAT, plan_of, rendered
from viewcache.views.geometry import affine
from viewcache.views.plan import draw
from viewcache.views.render import operations, render


@given(side=st.integers(2, 40), seed=st.integers(0, 99))
def test_view_0_is_the_image_itself(side, seed):
    image = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    assert np.array_equal(rendered(image), image)


def by_scipy(image, row):
    """A view in floating point: turned, mirrored, moved by SciPy, and exposed."""
    image = np.rot90(image, row["quarter_turns"])
    image = image[:: -1 if row["vertical_flip"] else 1, :: -1 if row["horizontal_flip"] else 1]
    angle = np.deg2rad(float(row["rotation_degrees"]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = turn @ [[1, 0], [row["shear"], 1]] / row["zoom"]
    centre, shift = (len(image) - 1) / 2, len(image) * np.array([row["shift_y"], row["shift_x"]])
    view = affine_transform(
        image.astype(float),
        block_diag(matrix, 1),
        [*(centre - matrix @ (centre + shift)), 0],
        order=1,
        mode="nearest",
    )
    mean = view.mean(axis=(0, 1))
    return ((view - mean) * row["contrast"] + mean + 255 * row["brightness"]).clip(0, 255)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("horizontal_flip", True),
        ("vertical_flip", True),
        ("quarter_turns", 1),
        ("quarter_turns", 2),
        ("quarter_turns", 3),
        ("rotation_degrees", 17),
        ("shift_x", 0.083),
        ("shift_y", -0.057),
        ("zoom", 1.21),
        ("zoom", 0.83),
        ("shear", 0.19),
        ("brightness", 0.37),
        ("brightness", -0.37),
        ("contrast", 1.3),
        ("contrast", 0.6),
    ],
)
def test_each_parameter_alone_gives_what_scipy_gives(name, value):
    expected = by_scipy(CAT, plan_of(**{name: value})[0])
    assert np.abs(rendered(**{name: value}) - expected).max() < 0.52  # half a level: rounding


@pytest.mark.parametrize(("flip", "turns"), [("horizontal_flip", 1), ("vertical_flip", 2)])
def test_all_parameters_at_once_give_what_scipy_gives(flip, turns):
    geometry = {"quarter_turns": turns, "rotation_degrees": -17, "zoom": 1.21, "shear": 0.19}
    moved = {flip: True, "shift_x": 0.083, "shift_y": -0.057} | geometry
    exposed = moved | {"brightness": -0.11, "contrast": 1.3}
    expected = by_scipy(CAT, plan_of(**exposed)[0])
    assert np.abs(rendered(**exposed) - expected).max() < 1.5  # it is rounded twice


def test_a_rotation_by_90_degrees_is_a_quarter_turn():
    assert np.array_equal(rendered(rotation_degrees=90), rendered(quarter_turns=1))


def test_a_batch_is_rendered_image_by_image():
    images = np.stack([CAT, CAT[::-1]])
    plan = draw(ALL, 0, 1, ["a", "b"])
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
    return [brightness, contrast, *affine(plan_of(**geometry), 160).ravel()]


def test_operations_are_those_that_change_something_with_their_version_and_parameter():
    plan = np.concatenate([plan_of(), plan_of(zoom=0.5, horizontal_flip=True)])
    flip, zoom = b"horizontal_flip 1 \x01", b"zoom 1 " + np.float32(0.5).tobytes()
    assert operations(plan) == [b"", flip + zoom]


@given(side=st.integers(2, 20), drawn=PAIRS)
def test_what_no_operation_changes_is_the_image_itself(side, drawn):
    image = np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8)
    for parameters in drawn:
        [changes] = operations(plan_of(**parameters))
        assert changes or np.array_equal(rendered(image, **parameters), image)
