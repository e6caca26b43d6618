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


def test_orders_differ_by_epoch_and_seed():
    orders = [order_of_epoch(epoch, 50, seed).tolist() for epoch in (1, 2) for seed in (0, 1)]
    assert len({tuple(order) for order in orders}) == 4
