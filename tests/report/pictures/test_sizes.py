from functools import partial

import pytest

from tests.report.findings import found
from tests.report.pictures.test_differences import painted
from viewcache.report.pictures.sizes import against_images


def drawn(metric):
    figures = found().figures
    sizes, twice = figures["sizes"], figures["twice_as_many"]
    arms = figures["arms"]
    return painted(
        partial(against_images, arms=arms, sizes=sizes, twice_as_many=twice, metric=metric)
    )


def test_accuracy_stands_at_its_number_of_training_images():
    none, most = drawn("accuracy").lines
    assert none.get_xydata().tolist() == [[6, 0.6], [12, 0.7], [24, 0.75]]
    assert most.get_label() == "4 views"


def test_what_twice_as_many_would_bring_is_dashed_where_it_is_known():
    lines = drawn("accuracy_augmented").lines
    dashed = [line for line in lines if line.get_linestyle() == "--"]
    [[*guess]] = [line.get_xydata().tolist() for line in dashed]
    assert guess == [[24, pytest.approx(0.55)], [48, pytest.approx(0.59)]]
    assert all(line.get_linestyle() == "-" for line in drawn("accuracy").lines)


def test_both_pictures_leave_room_for_twice_as_many():
    for metric in ("accuracy", "accuracy_augmented"):
        assert drawn(metric).get_xticks().tolist() == [6, 12, 24, 48]
