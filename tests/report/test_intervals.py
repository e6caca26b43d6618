"""An estimate and its interval are of the same heads, wherever a real run prints one."""

import contextlib
import json
import re

import pandas as pd
import pytest

from tests.report.test_page import Page
from viewcache.report import results
from viewcache.report.words import plain_name

END_TO_END = ("end_to_end", "end_to_end_compiled")
INTERVAL = re.compile(r"\(([+-]?\d+\.\d+) to ([+-]?\d+\.\d+)\)")


@pytest.fixture
def found(reproduced):
    with contextlib.chdir(reproduced.path):
        yield results.read()


def row_of(name, arm):
    """The row of an arm, in the table of all figures and on the page."""
    table, page = results.TABLE.read_text(), results.PAGE.read_text()
    figures = page.split("<h2>All figures</h2>")[1]
    [in_table] = re.findall(rf"^\| {name} .*$", table, re.MULTILINE)
    [on_page, *_] = re.findall(rf"^<tr><th>{plain_name(arm)}</th>.*$", figures, re.MULTILINE)
    return in_table, on_page


def test_no_end_to_end_arm_has_an_interval_in_tables_pictures_page_or_mlflow(reproduced, found):
    for name in END_TO_END:
        assert not [key for key in found.arms[name] if key.endswith(("_low", "_high"))]
        rows = row_of(name, found.arms[name])
        assert not any(INTERVAL.search(row) for row in rows)
    captions = [picture["alt"] for picture in Page(results.PAGE.read_text()).all("img")]
    named = [part for caption in captions for part in caption.split("; ") if "end to end, " in part]
    assert named
    assert not any(INTERVAL.search(part) for part in named)
    for table in (results.ACCURACY_AGAINST_SECONDS, results.RUNS, results.CURVES):
        assert not [column for column in pd.read_csv(table) if "low" in column or "high" in column]
    cached = found.arms.keys() - set(END_TO_END)
    for run in [run for run in reproduced.runs() if run.info.run_name not in cached]:
        assert not [name for name in run.data.metrics if name.endswith(("low", "high"))]


def test_every_interval_of_an_accuracy_stands_beside_the_arm_that_it_is_of(found):
    for name in (name for name in found.arms if name not in END_TO_END):
        arm = found.arms[name]
        own = {
            (f"{arm[f'{metric}_low']:.3f}", f"{arm[f'{metric}_high']:.3f}")
            for metric in ("accuracy", "accuracy_augmented")
        }
        assert [set(INTERVAL.findall(row)) for row in row_of(name, arm)] == [own, own]


def test_an_end_to_end_arm_stands_beside_its_twin_on_matched_trainings(found):
    same = json.loads(results.EVERYTHING.read_text())["equivalence"]
    for key, name in (("keras", "end_to_end"), ("same_runtime", "end_to_end_compiled")):
        record = same[key]
        assert record["trainings"] == [{"seed": 0, "rotation": 0}]
        heads = found.runs.set_index(["arm", "seed", "rotation"])
        for metric in ("accuracy", "accuracy_augmented"):
            twin = heads.loc[("cached_2", 0, 0), metric]
            assert record[f"{metric}_of_twin"] == pytest.approx(twin)
            assert record[metric] == pytest.approx(heads.loc[(name, 0, 0), metric])
            assert found.arms[name][metric] == pytest.approx(record[metric])
