import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from viewcache.heads.schedule import order_of_epoch, view_of_epoch


@given(epoch=st.integers(1, 1000), budget=st.integers(1, 100))
def test_views_come_round_robin_and_only_cached_ones(epoch, budget):
    view = view_of_epoch(epoch, budget)
    assert 1 <= view <= budget
    assert view_of_epoch(epoch + budget, budget) == view


@given(epochs=st.integers(1, 50))
def test_with_as_many_views_as_epochs_each_epoch_has_its_own(epochs):
    assert [view_of_epoch(epoch, epochs) for epoch in range(1, epochs + 1)] == list(
        range(1, epochs + 1)
    )


@given(epoch=st.integers(1, 1000))
def test_without_a_budget_every_epoch_reads_view_0(epoch):
    assert view_of_epoch(epoch, 0) == 0


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
