import pytest

from viewcache.report.tables import (
    accuracy_against_seconds,
    accuracy_in_words,
    markdown_table,
    note_on_stars,
    seconds_in_words,
)

ARM = {
    "role": "cached",
    "budget": 1,
    "kind": "compiled",
    "originals": "every_second",
    "epochs": 8,
    "measured_epochs": 8,
    "seeds": 2,
    "rotations": 3,
    "accuracy": 0.8515,
    "accuracy_low": 0.831,
    "accuracy_high": 0.8712,
    "accuracy_augmented": 0.7,
    "accuracy_augmented_low": 0.68,
    "accuracy_augmented_high": 0.72,
    "base_passes": 12345,
    "augment_seconds": 1.0,
    "base_seconds": 2.0,
    "head_seconds": 3.0,
    "setup_seconds": 4.0,
    "seconds": 10.0,
    "further_seconds": 3.5,
    "machine": "here",
    "feature_bytes": 2_500_000,
}
END_TO_END = {name: value for name, value in ARM.items() if not name.endswith(("_low", "_high"))}
END_TO_END |= {"role": "end_to_end", "budget": None, "kind": "keras", "seeds": 1, "rotations": 1}
CUT_SHORT = {name: value for name, value in END_TO_END.items() if "accuracy" not in name}
CUT_SHORT["measured_epochs"] = 2


def cells(line):
    return [cell.strip() for cell in line.split("|")[1:-1]]


def test_the_table_has_a_row_an_arm_with_its_figures():
    arms = {"cached_1": ARM, "end_to_end": END_TO_END | {"seconds": None}}
    lines = markdown_table(arms).splitlines()
    assert cells(lines[2]) == [
        "cached_1",
        "0.852 (0.831 to 0.871)",
        "0.700 (0.680 to 0.720)",
        "6",
        "12,345",
        "10.0",
        "4.0",
        "3.5",
        "2.5",
    ]
    assert cells(lines[3])[:6] == ["end_to_end", "0.852", "0.700", "1", "12,345", "-"]


def test_an_accuracy_stands_alone_where_there_is_no_interval():
    assert accuracy_in_words(END_TO_END, "accuracy") == "0.852"
    assert accuracy_in_words(ARM, "accuracy_augmented") == "0.700 (0.680 to 0.720)"


def test_an_arm_that_was_cut_short_has_no_accuracy_and_its_seconds_have_a_star():
    arms = {"cached_1": ARM, "end_to_end": CUT_SHORT}
    *_, row, empty, note = markdown_table(arms).splitlines()
    assert cells(row)[:4] == ["end_to_end", "-", "-", "1"]
    assert [cells(row)[place] for place in (5, 7)] == ["10.0*", "3.5*"]
    assert (empty, note) == ("", "* Cut short: the pace of 2 epochs, times all 8, and no accuracy.")
    assert set(accuracy_against_seconds(arms)["arm"]) == {"cached_1"}


def test_where_nothing_was_cut_short_there_is_no_star():
    arms = {"cached_1": ARM, "end_to_end": END_TO_END}
    assert note_on_stars(arms) == ""
    assert "*" not in markdown_table(arms)


@pytest.mark.parametrize(("seconds", "words"), [(9.96, "10.0"), (1234.5, "1,234"), (None, "-")])
def test_seconds_are_told_to_three_digits(seconds, words):
    assert seconds_in_words(ARM | {"seconds": seconds}, "seconds") == words


def test_accuracies_stand_in_rows_for_plots():
    table = accuracy_against_seconds({"cached_1": ARM})
    assert table["accuracy"].tolist() == [0.8515, 0.7]
    assert table["tested_on"].tolist()[0] == "test images as they are"
    assert set(table["seconds"]) == {10.0}
