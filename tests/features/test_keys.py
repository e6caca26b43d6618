import json
from hashlib import blake2b

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.features import numbered
from tests.policies import EVERYTHING
from viewcache.features import wanted
from viewcache.features.keys import KEY_BYTES, find, first_halves, sortable
from viewcache.features.wanted import contents, keys_of_rows
from viewcache.views import render
from viewcache.views.geometry import Zoom
from viewcache.views.operation import Field, Pixels
from viewcache.views.plan import draw, identity
from viewcache.views.registry import OPERATIONS

DIGESTS = [character * 64 for character in "abc"]
IMAGES = np.random.default_rng(0).integers(0, 256, (3, 32), np.uint8)
PLAN = draw(EVERYTHING, 0, 1, DIGESTS)
MADE_BY = {"base": {"name": "corner"}, "dtype": "float32", "batch_size": 8}
PARAMETERS = st.fixed_dictionaries(
    {
        "horizontal_flip": st.booleans(),
        "quarter_turns": st.integers(0, 3),
        "zoom": st.sampled_from([1.0, 0.8, 1.2]),
        "brightness": st.sampled_from([0.0, 0.1, -0.1]),
        "contrast": st.sampled_from([1.0, 0.9]),
    }
)


def keys(images=IMAGES, plan=PLAN, made_by=MADE_BY):
    return keys_of_rows(images, plan, made_by)


def plan_of(**parameters):
    plan = identity(3)
    for name, value in parameters.items():
        plan[name] = value
    return plan


def changed(others, before=None):
    return (others != (keys() if before is None else before)).any(axis=1).tolist()


def test_a_key_is_a_hash_of_the_image_what_the_view_changes_and_what_makes_the_row():
    found = keys(plan=plan_of(zoom=0.5))
    made_by = MADE_BY | {"opencv": cv2.__version__}
    parts = [IMAGES[1].tobytes(), b"zoom 1 ", np.float32(0.5).tobytes()]
    content = b"".join([*parts, json.dumps(made_by, sort_keys=True).encode()])
    assert found[1].tobytes() == blake2b(content, digest_size=KEY_BYTES).digest()
    assert (found.shape, found.dtype) == ((3, 16), np.uint8)


def test_the_key_of_an_image_as_it_is_is_of_the_image_and_what_makes_the_row():
    content = IMAGES[2].tobytes() + json.dumps(MADE_BY, sort_keys=True).encode()
    found = keys(plan=identity(3))
    assert found[2].tobytes() == blake2b(content, digest_size=KEY_BYTES).digest()


@given(order=st.permutations(range(3)), kept=st.integers(0, 3))
def test_the_key_of_a_row_does_not_depend_on_the_others(order, kept):
    chosen = order[:kept]
    assert np.array_equal(keys(IMAGES[chosen], PLAN[chosen]), keys()[chosen])


@pytest.mark.parametrize("place", [3, 20])
def test_another_file_or_other_pixels_make_another_key_of_its_row_alone(place):
    other = IMAGES.copy()
    other[1, place] ^= 1
    assert changed(keys(other)) == [False, True, False]


DETAILED = np.hstack([IMAGES, np.random.default_rng(1).integers(0, 256, (3, 16), np.uint8)])


def test_detail_makes_other_keys_of_rows_that_are_sampled_from_it_alone():
    plan = plan_of(zoom=[1, 1.2, 1], quarter_turns=[1, 1, 0])
    assert changed(keys(DETAILED, plan), keys(plan=plan)) == [False, True, False]


def test_other_detail_makes_another_key_of_its_row_alone(monkeypatch):
    other, before = DETAILED.copy(), keys(DETAILED)
    other[1, 40] ^= 1
    assert changed(keys(other), before) == [False, True, False]
    monkeypatch.setattr(wanted, "DETAIL", b"another ")
    assert changed(keys(DETAILED), before) == [True, True, True]


@pytest.mark.parametrize("name", PLAN.dtype.names)
def test_every_parameter_of_the_plan_makes_another_key_of_its_row_alone(name):
    other = PLAN.copy()
    other[name][2] = other[name][2] == 0
    assert changed(keys(plan=other)) == [False, False, True]


@given(one=PARAMETERS, other=PARAMETERS)
def test_keys_are_equal_where_and_only_where_the_views_are(one, other):
    assert changed(keys(plan=plan_of(**one)), keys(plan=plan_of(**other))) == [one != other] * 3


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_a_row_whose_view_changes_nothing_has_the_key_of_view_0(zero):
    plan = plan_of(shift_x=zero, brightness=zero, quarter_turns=0)
    assert changed(keys(plan=plan), keys(plan=draw(EVERYTHING, 0, 0, DIGESTS))) == [False] * 3


@pytest.mark.parametrize(
    "other",
    [{"base": {"name": "edge"}}, {"dtype": "float16"}, {"batch_size": 4}, {"one": "more"}],
    ids=str,
)
def test_what_makes_the_rows_makes_other_keys(other):
    assert changed(keys(made_by=MADE_BY | other)) == [True] * 3


def test_a_newer_version_of_an_operation_makes_other_keys_of_rows_that_use_it_alone(monkeypatch):
    plan = plan_of(zoom=[1, 1.2, 1], brightness=0.1)
    before = keys(plan=plan)
    monkeypatch.setattr(Zoom, "version", 2)
    assert changed(keys(plan=plan), before) == [False, True, False]


def test_another_opencv_makes_other_keys_of_rows_that_it_renders_alone(monkeypatch):
    plan = plan_of(vertical_flip=[False, True, False])
    before = keys(plan=plan)
    monkeypatch.setattr(cv2, "__version__", "0")
    assert changed(keys(plan=plan), before) == [False, True, False]


class Sepia(Pixels):
    parameters = ("sepia",)
    fields = (Field("sepia", "<f4", 0),)
    streams = ("/sepia",)


def test_an_operation_more_leaves_the_keys_of_rows_that_do_not_use_it(monkeypatch):
    more = identity(3, [*OPERATIONS, Sepia()])
    for name in PLAN.dtype.names:
        more[name] = PLAN[name]
    more["sepia"] = [0, 0, 0.5]
    monkeypatch.setattr(render, "OPERATIONS", (*OPERATIONS, Sepia()))
    assert changed(keys(plan=more)) == [False, False, True]


@pytest.mark.parametrize("detail", [False, True])
def test_an_image_is_its_file_its_pixels_and_their_detail(detail):
    digests = np.zeros((2, 16), np.uint8)
    found = contents(["ab" * 32, "cd" * 32], digests, digests + 1 if detail else None)
    assert [row.tobytes().hex() for row in found] == [
        half * 16 + "00" * 16 + "01" * 16 * detail for half in ("ab", "cd")
    ]


def test_of_a_digest_the_first_half_names_an_image():
    found = first_halves(["ab" * 16 + "cd" * 16, "0f" * 32])
    assert [row.tobytes().hex() for row in found] == ["ab" * 16, "0f" * 16]


@given(st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=6))
def test_sortable_keys_are_equal_where_and_only_where_the_keys_are(contents):
    found = sortable(np.frombuffer(b"".join(contents), np.uint8).reshape(-1, 16))
    for row, content in enumerate(contents):
        assert (found == found[row]).tolist() == [other == content for other in contents]


@given(of=st.lists(st.integers(0, 20)), among=st.lists(st.integers(0, 20), unique=True))
def test_a_key_is_found_at_its_place_or_nowhere(of, among):
    wanted = numbered.keys(of)
    ordered = np.sort(sortable(numbered.keys(among)))
    for key, place in zip(sortable(wanted), find(wanted, ordered), strict=True):
        assert ordered[place] == key if place >= 0 else key not in ordered
