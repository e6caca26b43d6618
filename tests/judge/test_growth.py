from dataclasses import replace

import numpy as np
import pytest

from tests.arms.named import rotation_of
from viewcache.arms.arm import cached
from viewcache.judge.growth import grow
from viewcache.judge.sample import Sample

ARM = cached(4, (0,), (0,))
SAMPLE = Sample(np.tile([0, 1], 500))


def grown(wrong, robust=None, images=100):
    """Of 1,000 test images, on a quarter, a half and all training images.

    Args:
        wrong: How many are wrong, by size; under random views as well, unless `robust` says.
    """
    arms = [replace(ARM, divisor=divisor) for divisor in (4, 2, 1)]
    counts = zip(wrong, robust or wrong, strict=True)
    tables = {
        arm: {"clean": right(clean), "robustness": right(augmented)}
        for arm, (clean, augmented) in zip(arms, counts, strict=True)
    }
    rotations = {arm: [rotation_of([0], train=range(images // arm.divisor))] * 2 for arm in arms}
    return grow(tables, rotations, SAMPLE)


def right(wrong):
    return 1.0 * (np.arange(1000)[None] >= wrong)


def gains(found):
    return {one.on: one.gain for one in found.growths}


def test_sizes_tell_images_and_both_accuracies():
    sizes = grown([400, 200, 100], [400, 300, 200]).sizes
    found = [(size.images, size.accuracy, size.accuracy_augmented) for size in sizes]
    assert found == [(25, 0.6, 0.6), (50, 0.8, 0.7), (100, 0.9, 0.8)]


def test_an_error_that_halves_with_every_doubling_is_taken_to_halve_once_more():
    assert gains(grown([400, 200, 100])) == {
        "clean": pytest.approx(0.05),
        "robustness": pytest.approx(0.05),
    }


@pytest.mark.parametrize("wrong", [[200, 200, 200], [200, 100, 150], [100, 99, 98], [9, 3, 0]])
def test_nothing_is_said_where_no_trend_is_clear(wrong):
    assert gains(grown(wrong, [400, 200, 100])) == {
        "clean": None,
        "robustness": pytest.approx(0.05),
    }


def test_one_size_alone_shows_no_trend():
    tables = {ARM: {"clean": right(100), "robustness": right(100)}}
    found = grow(tables, {ARM: [rotation_of([0], train=range(9))]}, SAMPLE)
    assert set(gains(found).values()) == {None}
    assert len(found.sizes) == 1
