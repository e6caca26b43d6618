import pytest

from tests.arms.named import named
from viewcache.costs.unused import Unused, unused_of_arms

ORDERS = {0: [1, 5, 10, 7, 8, 2, 9, 3, 6, 4], 1: [5, 1, 2, 7, 3, 9, 4, 10, 6, 8]}
RANDOM_VIEWS = range(1, 11)


def load(stage):
    if stage == "augment":
        return {"seconds": {f"view {view}": view / 8 for view in RANDOM_VIEWS}}
    machine = "there" if stage == "extract_4" else "here"
    return {"seconds": {"setup": 1.0, "extract": 4.0}, "machine": {"id": machine}}


def unused(name, **epochs):
    """By seed: how many epochs were run, `s0=5`."""
    ran = {int(seed[1:]): number for seed, number in epochs.items()}
    arm = named(name, tuple(ran))
    return unused_of_arms({arm: ran}, RANDOM_VIEWS, load)[arm]


def seconds_of(views):
    return sum(5 + view / 8 for view in views)


def test_views_beyond_the_epochs_that_a_seed_ran_are_unused():
    assert unused("cached_9", s0=7) == Unused(2, seconds_of(ORDERS[0][7:9]))
    assert unused("cached_9", s1=8) == Unused(1, seconds_of(ORDERS[1][8:9]))


def test_what_one_seed_read_of_its_own_order_is_used_for_all():
    left = set(ORDERS[0][:6] + ORDERS[1][:6]) - set(ORDERS[0][:4] + ORDERS[1][:3])
    assert left == {8, 3, 9}
    assert unused("cached_6", s0=4, s1=3) == Unused(3, seconds_of(left))


def test_every_seed_counts_by_the_epochs_that_it_ran_itself():
    left = set(ORDERS[0][:6] + ORDERS[1][:6]) - set(ORDERS[0][:1] + ORDERS[1][:6])
    assert left == {10, 8}
    assert unused("cached_6", s0=1, s1=6) == Unused(2, seconds_of(left))


@pytest.mark.parametrize("name", ["cached_0", "cached_4", "cached_7", "end_to_end"])
def test_what_was_read_once_is_used(name):
    assert unused(name, s0=7, s1=7) == Unused(0, 0)


def test_seconds_of_two_machines_are_not_added_up():
    assert unused("cached_10", s0=8) == Unused(2, None)
    assert ORDERS[0][8:] == [6, 4]
