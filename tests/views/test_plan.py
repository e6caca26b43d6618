import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import EVERYTHING, NOTHING
from viewcache.ground.view_ids import TEST_VIEW_OFFSET, ids_of_test_views
from viewcache.views.plan import PLAN_DTYPE, digest, draw, identity

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
        ("zoom", 0.8, 1.2),
        ("shear", -0.2, 0.2),
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
    assert abs(plan["horizontal_flip"].mean() - 0.5) < 0.1
    assert abs(plan["vertical_flip"].mean() - 0.5) < 0.1
    assert np.bincount(plan["quarter_turns"]).min() > 50


def test_changing_one_range_leaves_the_other_draws():
    changed = draw(EVERYTHING.model_copy(update={"zoom": 0.0}), 0, 1, DIGESTS)
    plan = draw(EVERYTHING, 0, 1, DIGESTS)
    others = [name for name in PLAN_DTYPE.names if name != "zoom"]
    assert np.array_equal(changed[others], plan[others])


def test_draws_stay_what_they_were_in_earlier_versions():
    plan = draw(EVERYTHING, 0, 1, DIGESTS[:100])
    assert digest(plan) == "fdcf7a0b47f4e20383431f705ad49e639fc463119a8603c902d6fd3e5b9fd24a"


def test_a_row_is_a_few_dozen_bytes():
    assert PLAN_DTYPE.itemsize == 31


def test_test_views_have_ids_of_their_own():
    assert min(ids_of_test_views(3)) >= TEST_VIEW_OFFSET
    assert len(set(ids_of_test_views(3))) == 3
