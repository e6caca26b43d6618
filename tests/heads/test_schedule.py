import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.heads.schedule import order_of_epoch, view_of_epoch, views_of_training

SEED = st.integers(0, 2**31)


@given(epoch=st.integers(1, 1000), views=st.lists(st.integers(), min_size=1, unique=True))
def test_views_come_round_robin(epoch, views):
    view = view_of_epoch(epoch, views)
    assert view == views[(epoch - 1) % len(views)]
    assert view_of_epoch(epoch + len(views), views) == view


def test_the_first_epoch_reads_the_first_view():
    assert [view_of_epoch(epoch, [7, 2, 9]) for epoch in range(1, 6)] == [7, 2, 9, 7, 2]


@pytest.mark.parametrize(
    ("seed", "order"),
    [
        (0, [1, 5, 10, 7, 8, 2, 9, 3, 6, 4]),
        (1, [5, 1, 2, 7, 3, 9, 4, 10, 6, 8]),
        (23, [4, 3, 8, 2, 9, 7, 5, 10, 1, 6]),
    ],
)
def test_a_seed_has_an_order_of_its_own_and_a_budget_takes_its_beginning(seed, order):
    for budget in range(1, 11):
        assert views_of_training(budget, range(1, 11), seed) == order[:budget]


@given(views=st.permutations(range(1, 11)), seed=SEED)
def test_the_order_is_that_of_the_ids_not_of_the_list(views, seed):
    assert views_of_training(10, views, seed) == views_of_training(10, range(1, 11), seed)


@given(seed=SEED)
def test_budget_0_is_view_0(seed):
    assert views_of_training(0, [1, 2], seed) == [0]


@given(seed=SEED)
def test_where_as_many_views_are_listed_as_are_read_all_seeds_share_them(seed):
    assert sorted(views_of_training(10, range(1, 11), seed)) == list(range(1, 11))


@given(seed=SEED, more=st.integers(11, 60))
def test_a_longer_list_puts_new_views_between_the_old_ones(seed, more):
    short, long = (views_of_training(n, range(1, n + 1), seed) for n in (10, more))
    assert [view for view in long if view <= 10] == short


def test_a_longer_list_changes_which_views_come_first():
    assert views_of_training(4, range(1, 11), 0) == [1, 5, 10, 7]
    assert views_of_training(4, range(1, 41), 0) == [1, 32, 5, 13]


def test_orders_are_those_of_other_versions_and_machines():
    assert order_of_epoch(1, 10, seed=0).tolist() == [1, 6, 3, 9, 2, 4, 0, 7, 8, 5]
    assert order_of_epoch(11, 10, seed=23).tolist() == [9, 7, 0, 3, 5, 1, 2, 8, 4, 6]
    assert order_of_epoch(1, 10, seed=0).dtype == np.int64


EPOCH_AND_SEED = st.tuples(st.integers(1, 2**31), st.integers(0, 2**31))


@given(images=st.integers(30, 99), pair=st.lists(EPOCH_AND_SEED, min_size=2, max_size=2))
def test_every_epoch_and_seed_has_an_order_of_its_own_of_all_images(images, pair):
    one, other = (order_of_epoch(epoch, images, seed) for epoch, seed in pair)
    assert sorted(one) == list(range(images))
    assert np.array_equal(one, other) == (pair[0] == pair[1])
