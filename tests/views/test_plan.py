import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from studies.policies import NOTHING
from tests.policies import ALL, EVERYTHING
from viewcache.ground.params.policy import Policy
from viewcache.ground.view_ids import TEST_VIEW_OFFSET, ids_of_test_views
from viewcache.views.operation import FIRST
from viewcache.views.plan import draw, identity
from viewcache.views.registry import OPERATIONS, operations_of

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
    assert np.array_equal(
        draw(EVERYTHING, seed, 0, DIGESTS), identity(len(DIGESTS), operations_of(EVERYTHING))
    )


@given(seed=seeds, view=views)
def test_an_empty_policy_draws_the_image_itself(seed, view):
    assert np.array_equal(draw(NOTHING, seed, view, DIGESTS[:20]), identity(20, []))


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
        ("saturation", 0.6, 1.4),
        ("hue", -0.2, 0.2),
        ("blur", 0, 2),
        ("noise", 0, 0.1),
        ("jpeg_quality", 30, 100),
        ("noise_seed", 0, 2**32 - 1),
    ],
)
def test_draws_fill_the_range_of_the_policy(parameter, low, high):
    values = draw(ALL, 0, 1, DIGESTS)[parameter]
    assert low <= values.min() < low + 0.05 * (high - low)
    assert high - 0.05 * (high - low) < values.max() <= high


def test_flips_and_turns_come_as_often_as_the_policy_says():
    plan = draw(EVERYTHING, 0, 1, DIGESTS)
    assert abs(plan["horizontal_flip"].mean() - 0.6) < 0.1
    assert abs(plan["vertical_flip"].mean() - 0.3) < 0.1
    assert np.bincount(plan["quarter_turns"]).min() > 50
    assert abs(draw(ALL, 0, 1, DIGESTS)["grey"].mean() - 0.4) < 0.1


def tried(random, area, aspect, most):
    """A rectangle as torchvision's documentation of both operations has it: ten tries."""
    for _ in range(10):
        drawn, ratio = random.uniform(*area), np.exp(random.uniform(*np.log(aspect)))
        width, height = np.sqrt(drawn * ratio), np.sqrt(drawn / ratio)
        if width <= 1 and height <= 1:
            return width, height
    return most


@pytest.mark.parametrize(
    ("kind", "area", "aspect", "most", "policy"),
    [
        ("crop", (0.08, 1), (1 / 1.33, 1.33), (1, 1), Policy(crop_area=0.08)),
        ("crop", (0.8, 1), (1 / 1.33, 1.33), (1, 1), Policy(crop_area=0.8)),
        ("crop", (0.3, 1), (0.5, 2), (1, 1), Policy(crop_area=0.3, crop_aspect=2)),
        ("erasing", (0.02, 0.33), (1 / 3.3, 1 / 0.3), (0, 0), Policy(erasing=1)),
    ],
)
def test_rectangles_are_spread_as_those_of_torchvision(kind, area, aspect, most, policy):
    random, many = np.random.default_rng(0), [f"{number}" for number in range(4000)]
    expected = np.array([tried(random, area, aspect, most) for _ in many]).T
    plan = draw(policy, 0, 1, many)
    for name, values in zip(("width", "height"), expected, strict=True):
        assert ks_2samp(plan[f"{kind}_{name}"], values).pvalue > 0.01


def test_crops_lie_within_the_image_and_reach_its_edges():
    plan = draw(Policy(crop_area=0.3), 0, 1, [f"{number}" for number in range(2000)])
    for place, length in ((plan["crop_x"], "crop_width"), (plan["crop_y"], "crop_height")):
        free = (1 - plan[length]) / 2
        assert (np.abs(place) <= free + 1e-6).all()
        assert (np.abs(place) > 0.98 * free).mean() > 0.01
        assert abs(place.mean()) < 0.01


def test_erasing_comes_as_often_as_the_policy_says():
    plan = draw(Policy(erasing=0.4), 0, 1, [f"{number}" for number in range(2000)])
    assert abs((plan["erasing_width"] > 0).mean() - 0.4) < 0.05


def test_changing_one_range_leaves_the_other_draws():
    changed = draw(EVERYTHING.model_copy(update={"zoom": 0.0}), 0, 1, DIGESTS)
    plan = draw(EVERYTHING, 0, 1, DIGESTS)
    others = [name for name in plan.dtype.names if name != "zoom"]
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


def test_a_plan_has_the_fields_of_the_operations_that_are_on():
    assert draw(EVERYTHING, 0, 1, DIGESTS).itemsize == 31
    assert draw(Policy(hue=0.1), 0, 1, DIGESTS).dtype.names == ("hue",)


def test_other_operations_leave_the_draws_of_one_as_they_are():
    every, alone = draw(ALL, 5, 7, DIGESTS), draw(EVERYTHING, 5, 7, DIGESTS)
    assert all(np.array_equal(every[name], alone[name]) for name in alone.dtype.names)
    for policy in (Policy(hue=0.2), Policy(crop_area=0.3), Policy(erasing=0.5), Policy(noise=0.1)):
        alone = draw(policy, 5, 7, DIGESTS)
        assert all(np.array_equal(every[name], alone[name]) for name in alone.dtype.names)


def test_every_operation_has_random_numbers_of_its_own():
    streams = [name for one in OPERATIONS if one.streams != FIRST for name in one.streams]
    assert len(set(streams)) == len(streams)
    assert "" not in streams


def test_every_parameter_and_every_field_belongs_to_one_operation():
    parameters = [name for one in OPERATIONS for name in one.parameters]
    assert sorted(["preset", *parameters]) == sorted(Policy.model_fields)
    fields = [field.name for one in OPERATIONS for field in one.fields]
    assert len(set(fields)) == len(fields)


def test_test_views_have_ids_of_their_own():
    assert min(ids_of_test_views(3)) >= TEST_VIEW_OFFSET
    assert len(set(ids_of_test_views(3))) == 3
