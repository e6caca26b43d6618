import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.heads.course import Course, course, order_of_epoch

SEED = st.integers(0, 2**31)
EPOCHS = st.integers(1, 60)


@given(epochs=EPOCHS, seed=SEED)
def test_every_second_epoch_shows_the_images_and_the_others_a_random_view_each(epochs, seed):
    whole = course(epochs, "every_second")
    views = whole.views(whole.random_views, seed)
    assert views[1::2] == [0] * (epochs // 2)
    assert sorted(views[::2]) == list(range(1, whole.random_views + 1))


@given(epochs=EPOCHS, seed=SEED)
def test_without_the_images_every_epoch_shows_a_random_view_of_its_own(epochs, seed):
    views = course(epochs, "never").views(epochs, seed)
    assert sorted(views) == list(range(1, epochs + 1))


@given(epochs=EPOCHS, seed=SEED, data=st.data())
def test_a_budget_goes_round_the_first_views_of_end_to_end(epochs, seed, data):
    whole = course(epochs, data.draw(st.sampled_from(["every_second", "never"])))
    budget = data.draw(st.integers(1, whole.random_views))
    random, all_random = (
        [view for view in whole.views(number, seed) if view]
        for number in (budget, whole.random_views)
    )
    assert random == [all_random[place % budget] for place in range(len(all_random))]


@given(epochs=EPOCHS, seed=SEED)
def test_budget_0_is_the_images_in_every_epoch(epochs, seed):
    assert course(epochs, "every_second").views(0, seed) == [0] * epochs


def test_a_training_that_is_twice_as_long_goes_round_the_same_views_again():
    assert Course(8, "every_second", 2).views(2, seed=0) == [1, 0, 2, 0, 1, 0, 2, 0]


@pytest.mark.parametrize(
    ("seed", "order"),
    [
        (0, [1, 5, 10, 7, 8, 2, 9, 3, 6, 4]),
        (1, [5, 1, 2, 7, 3, 9, 4, 10, 6, 8]),
        (23, [4, 3, 8, 2, 9, 7, 5, 10, 1, 6]),
    ],
)
def test_a_seed_has_an_order_of_views_of_its_own(seed, order):
    assert course(10, "never").order(seed) == order


@given(seed=SEED, more=st.integers(11, 60))
def test_more_views_come_between_the_old_ones(seed, more):
    short, long = (course(views, "never").order(seed) for views in (10, more))
    assert [view for view in long if view <= 10] == short


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
