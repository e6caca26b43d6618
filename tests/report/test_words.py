import pytest

from tests.arms.named import named
from tests.report.findings import ARMS, judged
from viewcache.heads.course import course
from viewcache.judge.statistics import Interval
from viewcache.report.words import difference, duration, plain_name, points, times_as_fast


def test_a_difference_is_in_points_with_its_interval():
    comparison = judged().recommendation.effects["robustness"]
    assert points(comparison) == "+18.8 points (+15.0 to +22.0) under random views"


def test_an_interval_without_use_is_no_figure():
    wide = (0.02, -0.68, 0.67)
    assert points(judged(clean=wide).recommendation.effects["clean"]) == (
        "too few images to tell on the images as they are"
    )
    known = (0.4, 0.25, 0.55)
    assert points(judged(known).recommendation.effects["robustness"]).startswith("+40.0 points")


def test_there_is_no_negative_zero():
    assert difference(-0.0003, Interval(-0.0003, -0.004, 0.003)) == "+0.0 (-0.4 to +0.3)"
    assert difference(-0.0003, None) == "+0.0"


def test_every_way_to_train_has_a_plain_name_of_its_own():
    assert [plain_name(arm) for arm in ARMS] == [
        *("logistic regression", "no augmentation", "image and 1 view", "image and 4 views"),
        *("4 views only", "end to end, Keras", "end to end, compiled"),
    ]
    assert plain_name(named("cached_4", whole=course(4, "never"))) == "4 views"


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (0.625, "1.6 times as long"),
        (0.97, "as fast"),
        (2.34, "2.3 times as fast"),
        (16.8, "17 times as fast"),
        (None, "not measured"),
    ],
)
def test_what_takes_longer_is_not_called_faster(factor, words):
    assert times_as_fast(factor) == words


def test_durations_are_in_units_that_one_has_a_feeling_for():
    assert [duration(seconds) for seconds in (38.6, 150, 3600 * 2.5)] == [
        "39 seconds", "2 minutes", "2.5 hours",
    ]  # fmt: skip
