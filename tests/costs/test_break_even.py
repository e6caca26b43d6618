import pytest

from viewcache.costs.break_even import pays_from, seconds_of_trainings
from viewcache.costs.faster import Times


def arm(first, further, machine="here"):
    return Times(first, further, 1.0, machine)


def test_further_trainings_cost_less_than_the_first():
    assert seconds_of_trainings(arm(20.0, 2.0), 1) == 20
    assert seconds_of_trainings(arm(20.0, 2.0), 5) == 28


@pytest.mark.parametrize(
    ("ours", "theirs", "number"),
    [
        (arm(20, 2), arm(50, 50), 1),
        (arm(70, 2), arm(50, 50), 2),
        (arm(100, 25), arm(50, 50), 3),
        (arm(101, 25), arm(50, 50), 4),
        (arm(100, 50), arm(50, 50), None),
        (arm(20, 60), arm(50, 50), None),
        (arm(20, 2, "there"), arm(50, 50), None),
        (arm(None, None), arm(50, 50), None),
    ],
)
def test_break_even_is_the_first_training_from_which_an_arm_costs_no_more(ours, theirs, number):
    assert pays_from(ours, theirs) == number


def test_at_break_even_all_trainings_together_cost_no_more():
    ours, theirs = arm(333, 3), arm(50, 40)
    number = pays_from(ours, theirs)
    ahead = [
        seconds_of_trainings(ours, count) <= seconds_of_trainings(theirs, count)
        for count in (number - 1, number)
    ]
    assert ahead == [False, True]
