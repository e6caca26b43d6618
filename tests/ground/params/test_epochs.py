import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.ground.params.epochs import epochs_for, random_views_of

IMAGES, BATCH = st.integers(1, 10**7), st.integers(1, 10**4)


@given(images=IMAGES, batch_size=BATCH)
def test_epochs_lie_between_40_and_200_in_multiples_of_10(images, batch_size):
    epochs = epochs_for(images, batch_size)
    assert 40 <= epochs <= 200
    assert epochs % 10 == 0


@given(images=IMAGES, more=IMAGES, batch_size=BATCH)
def test_more_images_never_take_more_epochs(images, more, batch_size):
    assert epochs_for(images + more, batch_size) <= epochs_for(images, batch_size)


@given(images=IMAGES, batch_size=BATCH)
def test_between_the_bounds_epochs_make_2000_steps_within_five_epochs(images, batch_size):
    epochs, steps = epochs_for(images, batch_size), -(-images // batch_size)
    if 40 < epochs < 200:
        assert abs(epochs * steps - 2000) <= 5 * steps


@pytest.mark.parametrize(
    ("images", "epochs"), [(1525, 40), (100_000, 40), (480, 130), (240, 200), (20, 200)]
)
def test_small_sets_are_gone_through_more_often(images, epochs):
    assert epochs_for(images, batch_size=32) == epochs


@pytest.mark.parametrize(
    ("epochs", "originals", "views"),
    [(1, "every_second", 1), (40, "every_second", 20), (41, "every_second", 21), (40, "never", 40)],
)
def test_there_is_a_random_view_for_every_epoch_that_shows_one(epochs, originals, views):
    assert random_views_of(epochs, originals) == views
