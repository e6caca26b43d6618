import numpy as np
import pytest

from viewcache.images.folds import Rotation
from viewcache.judge import certifying
from viewcache.judge.certifying import images_to_certify_on

ROWS = np.arange(60)


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr(certifying, "MOST_IMAGES", 20)


def holdout(tested):
    """Every fifth of the other images validates."""
    others = np.setdiff1d(ROWS, tested)
    return [Rotation(0, np.setdiff1d(others, others[::5]), others[::5], tested)]


def test_all_that_a_holdout_tests_are_among_few_images():
    tested = np.array([3, 30, 57])
    rows = images_to_certify_on(holdout(tested), 60)
    assert list(rows) == [*range(18), 30, 57]


def test_however_many_a_holdout_tests_half_are_left_to_train_on():
    rows = images_to_certify_on(holdout(ROWS[15:]), 60)
    assert list(rows) == [*range(10), *range(15, 25)]


def test_where_few_are_left_to_train_on_more_are_tested():
    assert list(images_to_certify_on(holdout(ROWS[5:]), 60)) == [*range(20)]


def test_of_folds_the_first_rows_are_taken_and_of_few_images_all():
    folds = [ROWS[number::3] for number in range(3)]
    rotations = [
        Rotation(number, folds[number - 2], folds[number - 1], folds[number]) for number in range(3)
    ]
    assert list(images_to_certify_on(rotations, 60)) == [*range(20)]
    assert list(images_to_certify_on(holdout(ROWS[:12]), 20)) == [*range(20)]
