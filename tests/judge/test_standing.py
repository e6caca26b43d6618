"""Bases held to each other by tables whose differences are known."""

import numpy as np
import pytest

from viewcache.ground.params.loading import load_params
from viewcache.judge.sample import Sample
from viewcache.judge.standing import Standing, best_first, is_out, verdict

PARAMS = load_params()
IMAGES = 2000


def standing(clean, robustness=None, images=IMAGES, name="base", speed=100.0):
    """A base that is right on the first images, as many as these shares say.

    So those that a worse base is right on, a better one is right on too.
    """
    shares = {"clean": clean, "robustness": clean if robustness is None else robustness}
    correct = {
        on: np.stack([np.arange(images) < share * images] * 2) for on, share in shares.items()
    }
    tables = {on: table.astype(float) for on, table in correct.items()}
    sample = Sample(np.zeros(images, int))
    return Standing(name, PARAMS, 1280, speed, images, tables, sample)


def test_the_interval_is_over_images_and_so_wider_of_fewer():
    many, few = (standing(0.8, images=images).interval("clean") for images in (2000, 200))
    assert many.estimate == pytest.approx(0.8)
    error = (0.8 * 0.2 / 2000) ** 0.5
    assert many.high - many.low == pytest.approx(2 * 1.96 * error, rel=0.01)
    assert few.high - few.low == pytest.approx(10**0.5 * (many.high - many.low), rel=0.05)


def test_a_difference_is_paired():
    found = standing(0.79).less(standing(0.8), "clean")
    assert found.estimate == pytest.approx(-0.01)
    assert found.high - found.low < 0.012  # of accuracies that are not paired: 0.05


def test_a_base_is_out_where_it_is_known_to_be_worse_on_both_measures():
    best = standing(0.9, 0.8)
    assert is_out(standing(0.8, 0.7), best, margin=0.01)
    assert not is_out(standing(0.8, 0.8), best, margin=0.01)
    assert not is_out(standing(0.9, 0.7), best, margin=0.01)
    assert not is_out(standing(0.8, 0.7), best, margin=0.15)


def test_of_few_images_a_base_that_seems_worse_stays_in():
    assert not is_out(standing(0.8, images=20), standing(0.9, images=20), margin=0.01)


@pytest.mark.parametrize(
    ("share", "images", "expected"),
    [
        (0.899, IMAGES, "as good"),
        (0.885, IMAGES, "worse"),
        (0.8, IMAGES, "dropped"),
        (0.85, 40, "open"),
        (0.9, IMAGES, "as good"),
    ],
)
def test_the_verdict_says_what_is_known(share, images, expected):
    best = standing(0.9, images=images)
    assert verdict(standing(share, images=images), best) == expected
    assert verdict(best, best) == "best"


@pytest.mark.parametrize("shares", [(0.8, 0.9), (0.9, 0.8)])
def test_a_base_that_is_worse_on_one_measure_is_called_worse(shares):
    assert verdict(standing(*shares), standing(0.9)) == "worse"


def test_what_came_less_far_was_dropped_and_stands_last():
    best, dropped = standing(0.8), standing(0.85, images=200)
    assert verdict(dropped, best) == "dropped"
    assert best_first([dropped, standing(0.7), best], "clean")[0] is best


def test_a_mean_over_one_group_has_no_interval_and_tells_nothing():
    alone = [
        Standing(
            "base",
            PARAMS,
            1,
            1.0,
            4,
            {on: np.full((2, 4), share) for on in ("clean", "robustness")},
            Sample(np.zeros(4, int), np.zeros(4, int)),
        )
        for share in (0.9, 0.1)
    ]
    assert alone[0].interval("clean") is None
    assert verdict(alone[1], alone[0]) == "open"
