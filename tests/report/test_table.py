from dataclasses import replace

import pandas as pd
import pytest

from tests.report.findings import (
    ARMS,
    COMPILED,
    KERAS,
    NONE,
    ONE,
    found,
    judged,
    reckoned,
    runs,
    with_costs,
)
from viewcache.judge.judgement import Accuracy
from viewcache.report.table import (
    ALL,
    COLUMNS,
    accuracy_against_seconds,
    cells,
    markdown,
    note_on_stars,
    table_of,
)

WHOLE = with_costs(measured_epochs=8)
"""Where nothing was cut short."""


def row_of(arm, heads=None, judgement=None, reckoning=None):
    heads = runs() if heads is None else heads
    return table_of(judgement or judged(), reckoning or reckoned(), heads)[arm]


def written(line):
    return [cell.strip() for cell in line.split("|")[1:-1]]


def test_an_arm_has_all_that_is_known_of_it():
    assert list(found().table) == ARMS
    row, book = row_of(ONE), row_of(ARMS[4])
    assert (row["role"], row["budget"], row["kind"]) == ("cached", 1, "compiled")
    assert (row["originals"], book["originals"]) == ("every_second", "never")
    assert (row["epochs"], row["seeds"], row["rotations"], row["trainings"]) == (8, 2, 4, 8)
    assert (row["seconds"], row["study_seconds"]) == (10.0, 30.0)
    assert row["validation_loss"] == 0.75
    assert (row_of(KERAS)["seeds"], row_of(KERAS)["trainings"]) == (1, 1)


def test_an_arm_that_was_cut_short_has_its_costs_alone():
    row = row_of(KERAS)
    assert (row["measured_epochs"], row["epochs"], row["seconds"]) == (2, 8, 40.0)
    assert not [name for name in row if "accuracy" in name or "loss" in name]


def test_a_cached_arm_is_estimated_over_all_test_images_with_its_own_interval():
    row = row_of(NONE)
    for name, ends in (("accuracy", (0.8, 0.75, 0.84)), ("accuracy_augmented", (0.6, 0.56, 0.64))):
        assert (row[name], row[f"{name}_low"], row[f"{name}_high"]) == ends


def test_an_end_to_end_arm_has_the_means_of_its_own_trainings_and_no_interval():
    heads = runs()
    heads.loc[heads["arm"] == "end_to_end_compiled", "accuracy"] = 0.75
    again = heads[heads["arm"] == "end_to_end_compiled"].assign(accuracy=0.5)
    row = row_of(COMPILED, pd.concat([heads, again]))
    assert (row["accuracy"], row["accuracy_augmented"]) == (0.625, 0.5)
    assert not [name for name in row if name.endswith(("_low", "_high"))]


def test_one_seed_has_no_interval():
    one = replace(judged(), accuracies={ONE: {"clean": Accuracy(0.7, None)}})
    row = row_of(ONE, judgement=one)
    assert row["accuracy"] == 0.7
    assert not [name for name in row if name.endswith(("_low", "_high"))]
    assert cells(row, ["accuracy"]) == ["0.700"]


def test_columns_are_shown_by_their_names():
    headings = [COLUMNS[name].heading for name in ("accuracy", "seconds", "feature_bytes")]
    assert headings == ["accuracy", "first training s", "features MB"]
    row = row_of(ONE) | {"further_seconds": None}
    shown = ["accuracy", "base_passes", "feature_bytes", "further_seconds"]
    assert cells(row, shown) == ["0.800 (0.750 to 0.840)", "100", "2.5", "-"]


@pytest.mark.parametrize(("seconds", "words"), [(9.96, "10.0"), (1234.5, "1,234"), (None, "-")])
def test_seconds_are_told_to_three_digits(seconds, words):
    row = row_of(ONE, reckoning=with_costs(seconds=seconds))
    assert cells(row, ["seconds"]) == [words]


def test_in_markdown_an_arm_has_a_row():
    *lines, _, _ = markdown(found().table).splitlines()
    assert written(lines[0]) == ["arm", *(COLUMNS[name].heading for name in ALL)]
    assert [written(line)[0] for line in lines[2:]] == [arm.name for arm in ARMS]
    accuracies = ["0.800 (0.750 to 0.840)", "0.600 (0.560 to 0.640)"]
    assert written(lines[4])[1:] == [*accuracies, "8", "100", "10.0", "4.0", "3.5", "2.5"]


def test_where_every_class_counts_the_same_the_balanced_accuracy_has_the_interval():
    row = row_of(ONE, judgement=replace(judged(), measure="balanced_accuracy"))
    assert row["balanced_accuracy_low"] < row["balanced_accuracy"] < row["balanced_accuracy_high"]
    assert "accuracy_low" not in row
    heading, *_ = markdown({ONE: row}, "balanced_accuracy").splitlines()
    assert written(heading)[1] == "balanced accuracy"


def test_an_arm_that_was_cut_short_has_no_accuracy_and_its_seconds_have_a_star():
    *_, row, _, empty, note = markdown(found().table).splitlines()
    assert written(row)[:4] == ["end_to_end", "-", "-", "1"]
    assert written(row)[5:8] == ["40.0*", "4.0", "35.0*"]
    assert (empty, note) == ("", "* Cut short: the pace of 2 epochs, times all 8, and no accuracy.")
    assert "end_to_end" not in set(accuracy_against_seconds(found().table)["arm"])


def test_where_nothing_was_cut_short_there_is_no_star():
    table = found(reckoning=WHOLE).table
    assert note_on_stars(table) == []
    assert "*" not in markdown(table)


def test_accuracies_stand_in_rows_for_plots():
    table = accuracy_against_seconds({ONE: row_of(ONE)})
    assert table["accuracy"].tolist() == [0.8, 0.6]
    assert table["tested_on"].tolist()[0] == "test images as they are"
    assert set(table["seconds"]) == {10.0}
