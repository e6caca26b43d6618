import hashlib

import numpy as np
import pytest

from tests.policies import EVERYTHING
from viewcache.features.keys import KEY_BYTES, keys_of_rows
from viewcache.views.plan import draw

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 4, 4, 3), np.uint8)
PLAN = draw(EVERYTHING, 0, 1, ["a", "b", "c"])


def test_a_key_is_a_hash_of_pixels_plan_row_and_what_makes_the_row():
    keys = keys_of_rows(IMAGES, PLAN, "1/base/float32/8")
    content = IMAGES[1].tobytes() + PLAN[1].tobytes() + b"1/base/float32/8"
    assert keys[1].tobytes() == hashlib.blake2b(content, digest_size=KEY_BYTES).digest()
    assert (keys.shape, keys.dtype) == ((3, 16), np.uint8)


def test_the_key_of_a_row_does_not_depend_on_the_others():
    keys = keys_of_rows(IMAGES, PLAN, "made by")
    order = np.array([2, 0])
    assert np.array_equal(keys_of_rows(IMAGES[order], PLAN[order], "made by"), keys[order])


def test_one_pixel_makes_another_key_of_its_row_alone():
    other = IMAGES.copy()
    other[1, 3, 2, 0] ^= 1
    assert changed(keys_of_rows(other, PLAN, "made by")) == [False, True, False]


@pytest.mark.parametrize("name", PLAN.dtype.names)
def test_every_parameter_of_the_plan_makes_another_key_of_its_row_alone(name):
    other = PLAN.copy()
    other[name][2] = other[name][2] + 1
    assert changed(keys_of_rows(IMAGES, other, "made by")) == [False, False, True]


def test_what_makes_the_rows_makes_other_keys():
    assert changed(keys_of_rows(IMAGES, PLAN, "made otherwise")) == [True] * 3


def changed(keys):
    return (keys != keys_of_rows(IMAGES, PLAN, "made by")).any(axis=1).tolist()
