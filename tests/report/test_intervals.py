"""An estimate and its interval are of the same heads, wherever a real run prints one."""

import contextlib
import re

import pandas as pd
import pytest

from tests.report.test_page import Page
from viewcache.report import results

END_TO_END = ("end_to_end", "end_to_end_compiled")
END = re.compile("end to end, (Keras|compiled)")
INTERVAL = re.compile(r"\(([+-]?\d+\.\d+) to ([+-]?\d+\.\d+)\)")


@pytest.fixture
def found(reproduced):
    with contextlib.chdir(reproduced.path):
        yield results.read()


NAMES = {
    "baseline": "logistic regression",
    "cached_0": "no augmentation",
    "cached_1": "image and 1 view",
    "cached_2": "image and 2 views",
    "views_only_2": "2 views only",
    "end_to_end": "end to end, Keras",
    "end_to_end_compiled": "end to end, compiled",
}


def row_of(name):
    """The row of an arm, in the table of all figures and on the page."""
    table, page = results.TABLE.read_text(), results.PAGE.read_text()
    figures = page.split("<h2>All figures</h2>")[1]
    [in_table] = re.findall(rf"^\| {name} .*$", table, re.MULTILINE)
    [on_page, *_] = re.findall(rf"^<tr><th>{NAMES[name]}</th>.*$", figures, re.MULTILINE)
    return in_table, on_page


@pytest.mark.slow
def test_no_end_to_end_arm_has_an_interval_in_tables_pictures_page_or_mlflow(reproduced, found):
    for name in END_TO_END:
        assert not [key for key in found.arms[name] if key.endswith(("_low", "_high"))]
        rows = row_of(name)
        assert not any(INTERVAL.search(row) for row in rows)
    captions = [picture["alt"] for picture in Page(results.PAGE.read_text()).all("img")]
    named = [part for caption in captions for part in caption.split("; ") if END.search(part)]
    assert named
    assert not any(INTERVAL.search(part) for part in named)
    for table in (results.ACCURACY_AGAINST_SECONDS, results.RUNS, results.CURVES):
        assert not [column for column in pd.read_csv(table) if "low" in column or "high" in column]
    cached = found.arms.keys() - {*END_TO_END, "baseline"}
    for run in [run for run in reproduced.runs() if run.info.run_name not in cached]:
        assert not [name for name in run.data.metrics if name.endswith(("low", "high"))]


def test_every_interval_of_an_accuracy_stands_beside_the_arm_that_it_is_of(found):
    for name in found.arms.keys() - {*END_TO_END, "baseline"}:
        arm = found.arms[name]
        own = {
            (f"{arm[f'{metric}_low']:.3f}", f"{arm[f'{metric}_high']:.3f}")
            for metric in ("accuracy", "accuracy_augmented")
        }
        assert [set(INTERVAL.findall(row)) for row in row_of(name)] == [own, own]


def test_an_arm_that_was_cut_short_has_no_accuracy_anywhere(reproduced, found):
    assert not [key for key in found.arms["end_to_end"] if "accuracy" in key or "loss" in key]
    in_table, on_page = row_of("end_to_end")
    assert [cell.strip() for cell in in_table.split("|")[2:4]] == ["-", "-"]
    assert "</th><td>-</td><td>-</td><td>" in on_page
    for table in (results.ACCURACY_AGAINST_SECONDS, results.RUNS, results.CURVES):
        assert "end_to_end" not in set(pd.read_csv(table)["arm"])
    [run] = [run for run in reproduced.runs() if run.info.run_name == "end_to_end"]
    assert not [name for name in run.data.metrics if "accuracy" in name or "loss" in name]
    assert run.data.metrics["seconds"] == found.arms["end_to_end"]["seconds"]
    assert reproduced.children(run) == []


def test_an_end_to_end_arm_has_the_accuracy_of_its_own_trainings(found):
    heads = found.runs.set_index(["arm", "seed", "rotation"])
    for metric in ("accuracy", "accuracy_augmented"):
        own = heads.loc[("end_to_end_compiled", 0, 0), metric]
        assert found.arms["end_to_end_compiled"][metric] == pytest.approx(own)
        # The twin's is the same on that training, since its head is.
        assert heads.loc[("cached_2", 0, 0), metric] == pytest.approx(own)
