"""What this machine has measured is not measured again."""

import json

import pytest

from viewcache.costs.paces import STAGES, Pace, measured, paces_of
from viewcache.ground.machine import machine
from viewcache.ground.params.loading import load_params
from viewcache.ground.stopwatch import Stopwatch, record_file

HERE, PARAMS = machine()["id"], load_params()
SETUP = {"setup": 1.0, "open": 2.0}


def view(seconds, machine=HERE):
    took = {"extract": seconds, "augment": 0.0}
    return {"rows": 10, "row_bytes": 40, "open": 3.0, "seconds": took, "machines": [machine]}


def record(seconds, **more):
    return {"seconds": seconds, "parts": {}, "machine": {"id": HERE}, "work": PARAMS.work} | more


def end_to_end(passes=20):
    return record(SETUP | {"a fit": 8.0, "b fit": 4.0} if passes else {}, passes=passes)


RECORDS = {
    "augment": record({"setup": 1.0, "sheet": 9.0}),
    "compile_base": record({"setup": 1.0, "compile": 4.0}),
    "extract": record({"setup": 1.0}, views={"0": view(5.0), "1": view(6.0)}),
    "train_head": record(
        SETUP | {"head alone": 7.0}, parts={"a": 7.0, "b": 4.0, "c": 3.0}, passes=100
    ),
    "train_end_to_end_keras": end_to_end(),
    "train_end_to_end_compiled": end_to_end(),
}


@pytest.fixture(autouse=True)
def records(tmp_path, monkeypatch):
    """In the working folder, of a run with the default parameters."""
    monkeypatch.chdir(tmp_path)
    for stage, content in RECORDS.items():
        write(stage, content)


def write(stage, content):
    record_file(stage).parent.mkdir(parents=True, exist_ok=True)
    record_file(stage).write_text(json.dumps(content))


def test_what_a_run_measured_is_taken_and_nothing_is_tried(tmp_path):
    assert paces_of(PARAMS, (), (), 2, tmp_path, Stopwatch()) == {
        "augment": Pace(1.0),
        "compile_base": Pace(5.0),
        "extract": Pace(4.0, 0.5, 0.6, row_bytes=40),
        "train_head": Pace(3.0 + 3.0, 0.04, 0.04),
        "train_end_to_end_keras": Pace(3.0, 0.3, 0.3),
        "train_end_to_end_compiled": Pace(3.0, 0.3, 0.3),
    }


@pytest.mark.parametrize("stage", STAGES)
def test_what_another_machine_measured_is_not_taken(stage):
    assert measured(stage, PARAMS)
    write(stage, RECORDS[stage] | {"machine": {"id": "there"}})
    assert measured(stage, PARAMS) is None


def test_rows_that_another_machine_computed_tell_nothing_of_this_one():
    views = {"0": view(5.0), "1": view(6.0), "2": view(6.0, "there")}
    write("extract", RECORDS["extract"] | {"views": views})
    assert measured("extract", PARAMS) is None


@pytest.mark.parametrize(
    ("section", "change", "taken"),
    [
        ("base", {"precision": "int8"}, False),
        ("data", {"image_size": 96}, False),
        ("train", {"batch_size": 20}, False),
        ("train", {"epochs": 60}, True),
        ("data", {"folds": 3}, True),
    ],
)
def test_it_is_taken_for_the_same_base_and_head_however_many_images(section, change, taken):
    changed = getattr(PARAMS, section).model_copy(update=change)
    other = PARAMS.model_copy(update={section: changed})
    assert bool(measured("train_head", other)) == taken


def test_a_way_that_did_not_run_has_no_pace():
    write("train_end_to_end_keras", end_to_end(passes=0))
    assert measured("train_end_to_end_keras", PARAMS) is None
