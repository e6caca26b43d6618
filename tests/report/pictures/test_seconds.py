from functools import partial

import pytest

from tests.report.pictures.test_differences import painted
from tests.report.test_tables import ARM, END_TO_END
from viewcache.report.pictures.seconds import cumulative_seconds, seconds_by_phase

SLOW = END_TO_END | {"seconds": 12.5, "further_seconds": 8.5}
ARMS = {"cached_1": ARM | {"seconds": 20.0}, "end_to_end": SLOW}


def cumulative(arms=ARMS, shown=tuple(ARMS)):
    return painted(partial(cumulative_seconds, arms=arms, shown=shown))


def test_the_first_training_pays_for_what_all_use():
    axes = cumulative()
    cached = axes.lines[0].get_ydata()
    assert cached[0] == 20
    assert cached[-1] == 20 + 99 * 3.5
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_only_what_is_asked_for_is_drawn_and_so_no_line_hides_another():
    [line] = cumulative(shown=["end_to_end"]).lines
    assert line.get_label() == "end to end, Keras"


def test_an_arm_that_was_timed_elsewhere_is_left_out():
    arms = ARMS | {"cached_1": ARM | {"machine": "elsewhere"}}
    assert len(cumulative(arms).lines) == 1
    names = painted(partial(seconds_by_phase, arms=arms)).get_yticklabels()
    assert [name.get_text() for name in names] == ["end to end, Keras"]


def test_times_of_several_machines_leave_empty_pictures():
    mixed = {name: arm | {"seconds": None} for name, arm in ARMS.items()}
    assert not painted(partial(seconds_by_phase, arms=mixed)).patches
    assert not cumulative(mixed).lines


def test_a_bar_is_as_long_as_its_phases_together():
    axes = painted(partial(seconds_by_phase, arms=ARMS))
    assert max(patch.get_x() + patch.get_width() for patch in axes.patches) == pytest.approx(10)
    assert [text.get_text() for text in axes.texts] == ["10.0 s"] * 2
