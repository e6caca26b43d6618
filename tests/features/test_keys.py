import hashlib

import numpy as np
import pytest

from tests.policies import EVERYTHING
from viewcache.features.keys import KEY_BYTES, keys_of_rows
from viewcache.views.plan import draw

DIGESTS = [character * 64 for character in "abc"]
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 16), np.uint8)
PLAN = draw(EVERYTHING, 0, 1, DIGESTS)


def keys(pixels=PIXELS, plan=PLAN, made_by="made by"):
    return keys_of_rows(DIGESTS[: len(pixels)], pixels, plan, made_by)["key"]


def test_a_key_is_a_hash_of_pixels_plan_row_and_what_makes_the_row():
    content = PIXELS[1].tobytes() + PLAN[1].tobytes() + b"1/base/float32/8"
    found = keys(made_by="1/base/float32/8")
    assert found[1].tobytes() == hashlib.blake2b(content, digest_size=KEY_BYTES).digest()
    assert (found.shape, found.dtype) == ((3, 16), np.uint8)


def test_beside_its_key_a_row_says_of_which_image_it_is():
    images = keys_of_rows(DIGESTS, PIXELS, PLAN, "made by")["image"]
    assert images[2].tobytes().hex() == 32 * "c"


def test_the_key_of_a_row_does_not_depend_on_the_others():
    order = np.array([2, 0])
    assert np.array_equal(keys(PIXELS[order], PLAN[order]), keys()[order])


def test_other_pixels_make_another_key_of_its_row_alone():
    other = PIXELS.copy()
    other[1, 3] ^= 1
    assert changed(keys(other)) == [False, True, False]


@pytest.mark.parametrize("name", PLAN.dtype.names)
def test_every_parameter_of_the_plan_makes_another_key_of_its_row_alone(name):
    other = PLAN.copy()
    other[name][2] = other[name][2] == 0
    assert changed(keys(plan=other)) == [False, False, True]


def test_what_makes_the_rows_makes_other_keys():
    assert changed(keys(made_by="made otherwise")) == [True] * 3


def changed(others):
    return (others != keys()).any(axis=1).tolist()
