import time

from benchmarks.measure import Target, interleaved, ratio


def test_a_ratio_is_that_of_medians_with_the_spread_of_the_runs():
    row = ratio("a", [10.0, 20.0, 40.0], [5.0, 5.0, 8.0], Target(2))
    assert row.value == 4
    assert row.spread == (2, 5)
    assert row.runs == 3


def test_functions_take_turns():
    calls = []
    slow, fast = interleaved([lambda: calls.append("a"), lambda: calls.append("b")], runs=2)
    assert calls == ["a", "b"] * 3
    assert len(slow) == len(fast) == 2


def test_the_slower_of_two_is_found_slower():
    slow, fast = interleaved([lambda: time.sleep(0.09), lambda: time.sleep(0.03)], runs=3)
    row = ratio("sleep", slow, fast, Target(1.5, 6))
    assert row.target.is_met(row.value)


def test_a_target_has_a_lower_or_an_upper_end_or_both():
    assert [Target(2).is_met(value) for value in (1.9, 2, 3)] == [False, True, True]
    assert [Target(high=2).is_met(value) for value in (1.9, 2, 3)] == [True, True, False]
    assert [str(target) for target in (Target(2), Target(high=0.05), Target(0.95, 1.05))] == [
        ">= 2",
        "<= 0.05",
        "0.95 to 1.05",
    ]
