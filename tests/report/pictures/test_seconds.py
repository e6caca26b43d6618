from dataclasses import replace
from functools import partial

import pytest

from tests.report.findings import ARMS, CACHED_COSTS, KERAS, ONE
from tests.report.pictures.test_differences import painted
from viewcache.report.pictures.seconds import (
    cumulative_in_words,
    cumulative_seconds,
    phases_in_words,
    seconds_by_phase,
)
from viewcache.report.pictures.style import styles

CACHED = replace(CACHED_COSTS, seconds=20.0)
COSTS = {ONE: CACHED, KERAS: replace(CACHED, seconds=12.5, further_seconds=8.5)}
ELSEWHERE = COSTS | {ONE: replace(CACHED, machine="elsewhere")}


def cumulative(costs=COSTS, shown=tuple(COSTS)):
    looks = styles(ARMS)
    return painted(partial(cumulative_seconds, costs=costs, shown=shown, looks=looks))


def test_the_first_training_pays_for_what_all_use():
    axes = cumulative()
    cached = axes.lines[0].get_ydata()
    assert cached[0] == 20
    assert cached[-1] == 20 + 99 * 3.5
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_only_what_is_asked_for_is_drawn_and_so_no_line_hides_another():
    [line] = cumulative(shown=[KERAS]).lines
    assert line.get_label() == "end to end, Keras"


def test_an_arm_that_was_timed_elsewhere_is_left_out():
    assert len(cumulative(ELSEWHERE).lines) == 1
    names = painted(partial(seconds_by_phase, costs=ELSEWHERE)).get_yticklabels()
    assert [name.get_text() for name in names] == ["end to end, Keras"]
    assert "image" not in phases_in_words(ELSEWHERE)


def test_times_of_several_machines_leave_empty_pictures():
    mixed = {arm: replace(cost, seconds=None) for arm, cost in COSTS.items()}
    assert not painted(partial(seconds_by_phase, costs=mixed)).patches
    assert not cumulative(mixed).lines


def test_a_bar_is_as_long_as_its_phases_together():
    axes = painted(partial(seconds_by_phase, costs=COSTS))
    assert max(patch.get_x() + patch.get_width() for patch in axes.patches) == pytest.approx(10)
    assert [text.get_text() for text in axes.texts] == ["10.0 s"] * 2


def test_seconds_are_told_by_number_of_trainings_and_by_phase():
    assert cumulative_in_words(COSTS, [ONE]) == (
        "Seconds altogether by number of trainings: "
        "image and 1 view 20 seconds for one and 366 for 100."
    )
    assert phases_in_words({ONE: CACHED}).endswith(
        ": image and 1 view set-up 4.0, draw and render 1.0, base passes 2.0, head 3.0."
    )
