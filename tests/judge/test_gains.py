"""What training layers of the base brings, over heads alone."""

from dataclasses import replace

import numpy as np
import pytest

from viewcache.arms.arm import cached
from viewcache.judge.gains import gains_of_tuning, with_spread
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import accuracy_interval

SAMPLE = Sample(np.tile([0, 1], 100))
FROZEN = cached(4, (2, 0, 1), range(5))


def table(*right):
    """Of each seed, how many of the 200 images are right; of the twin half of them under views."""
    rows = np.stack([np.arange(200) < number for number in right]).astype(float)
    return {"clean": rows, "robustness": rows / 2}


def gains(seeds, *right):
    tuned = replace(FROZEN, seeds=seeds, tuned=True)
    frozen = {cached(0, (2, 0, 1), range(5)): table(0, 0, 0), FROZEN: table(100, 120, 140)}
    return gains_of_tuning({tuned: table(*right)}, frozen, SAMPLE, 0.01)[tuned]


def test_an_arm_is_held_to_as_many_views_on_the_seeds_that_both_have():
    found = gains((0, 2), 140, 160)
    assert found["clean"].reference == FROZEN
    assert found["clean"].difference == pytest.approx((140 + 160 - 100 - 140) / 2 / 200)
    assert found["robustness"].difference == pytest.approx(found["clean"].difference / 2)


def test_one_seed_is_given_the_variance_of_the_others_and_keeps_its_accuracy():
    frozen, one = table(100, 120, 140), table(160)
    spread = with_spread(one, frozen)["clean"]
    assert spread.mean(axis=0) == pytest.approx(one["clean"][0])
    assert spread.mean(axis=1).std() == pytest.approx(frozen["clean"].mean(axis=1).std())
    found = accuracy_interval(spread, SAMPLE)
    assert found.low < 160 / 200 < found.high


def test_several_seeds_keep_their_own_variance():
    several = table(150, 170)
    assert with_spread(several, table(100, 120))["clean"] is several["clean"]


def test_one_seed_is_held_to_all_and_has_an_interval():
    found = gains((1,), 160)["clean"]
    assert found.difference == pytest.approx((160 - 120) / 200)
    assert found.interval.low < found.difference < found.interval.high


def test_what_renders_afresh_has_no_gain():
    tuned = replace(FROZEN, budget=None, tuned=True)
    assert gains_of_tuning({tuned: table(1)}, {FROZEN: table(1)}, SAMPLE, 0.01) == {}
