import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.policies import NOTHING
from tests.policies import EVERYTHING
from viewcache.ground.view_ids import TEST_VIEW_OFFSET, ids_of_test_views
from viewcache.views.plan import (
    PLAN_DTYPE,
    draw,
    identity,
)

DIGESTS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(300)]
seeds, views = st.integers(0, 2**40), st.integers(1, 2 * TEST_VIEW_OFFSET)


@given(seed=seeds, view=views, order=st.permutations(range(12)), kept=st.integers(1, 12))
def test_a_view_depends_on_seed_view_and_image_alone(seed, view, order, kept):
    whole = draw(EVERYTHING, seed, view, DIGESTS[:12])
    chosen = order[:kept]
    part = draw(EVERYTHING, seed, view, [DIGESTS[row] for row in chosen])
    assert np.array_equal(part, whole[chosen])


@given(seed=seeds, view=views)
def test_views_images_and_seeds_differ(seed, view):
    plan = draw(EVERYTHING, seed, view, DIGESTS[:20])
    assert len(np.unique(plan["shift_x"])) == 20
    assert not np.array_equal(plan, draw(EVERYTHING, seed, view + 1, DIGESTS[:20]))
    assert not np.array_equal(plan, draw(EVERYTHING, seed + 1, view, DIGESTS[:20]))


@given(seed=seeds)
def test_view_0_is_the_image_itself_whatever_the_policy(seed):
    assert np.array_equal(draw(EVERYTHING, seed, 0, DIGESTS), identity(len(DIGESTS)))


@given(seed=seeds, view=views)
def test_an_empty_policy_draws_the_image_itself(seed, view):
    assert np.array_equal(draw(NOTHING, seed, view, DIGESTS[:20]), identity(20))


@pytest.mark.parametrize(
    ("parameter", "low", "high"),
    [
        ("rotation_degrees", -20, 20),
        ("shift_x", -0.1, 0.1),
        ("shift_y", -0.1, 0.1),
        ("zoom", 0.75, 1.25),
        ("shear", -0.15, 0.15),
        ("brightness", -0.2, 0.2),
        ("contrast", 0.7, 1.3),
    ],
)
def test_draws_fill_the_range_of_the_policy(parameter, low, high):
    values = draw(EVERYTHING, 0, 1, DIGESTS)[parameter]
    assert low <= values.min() < low + 0.05 * (high - low)
    assert high - 0.05 * (high - low) < values.max() <= high


def test_flips_and_turns_come_as_often_as_the_policy_says():
    plan = draw(EVERYTHING, 0, 1, DIGESTS)
    assert abs(plan["horizontal_flip"].mean() - 0.6) < 0.1
    assert abs(plan["vertical_flip"].mean() - 0.3) < 0.1
    assert np.bincount(plan["quarter_turns"]).min() > 50


def test_changing_one_range_leaves_the_other_draws():
    changed = draw(EVERYTHING.model_copy(update={"zoom": 0.0}), 0, 1, DIGESTS)
    plan = draw(EVERYTHING, 0, 1, DIGESTS)
    others = [name for name in PLAN_DTYPE.names if name != "zoom"]
    assert np.array_equal(changed[others], plan[others])


def test_a_plan_stays_what_it_was_in_earlier_versions():
    expected = {
        "horizontal_flip": [True, False, False, True],
        "vertical_flip": [False, False, True, True],
        "quarter_turns": [2, 3, 1, 3],
        "rotation_degrees": [16.445347, -12.227832, -1.090063, 1.8575609],
        "shift_y": [-0.07489794, -0.049728695, 0.08359042, 0.03847564],
        "shift_x": [0.051494226, -0.0013880072, -0.016919145, -0.084093906],
        "zoom": [1.1023009, 1.1383423, 0.778503, 0.78659874],
        "shear": [0.021818792, -0.038703468, 0.043590534, 0.051087312],
        "brightness": [0.16176397, 0.09886236, -0.041167803, 0.007859992],
        "contrast": [1.060979, 1.2896259, 0.9483238, 1.2209454],
    }
    plan = draw(EVERYTHING, 5, 7, [DIGESTS[row] for row in (0, 1, 67, 8)])
    assert list(expected) == list(plan.dtype.names)
    for name, values in expected.items():
        assert np.array_equal(plan[name], np.array(values, plan.dtype[name]))


def test_a_row_is_a_few_dozen_bytes():
    assert PLAN_DTYPE.itemsize == 31


def test_test_views_have_ids_of_their_own():
    assert min(ids_of_test_views(3)) >= TEST_VIEW_OFFSET
    assert len(set(ids_of_test_views(3))) == 3
