import json
from pathlib import Path

import pytest

from tests.answers.runs import save_run
from viewcache.bases.artifact import find_base
from viewcache.commands.certifying import certify, without
from viewcache.commands.comparing import compare_runs, open_compared
from viewcache.commands.run_files import find_run
from viewcache.ground.paths import BASE
from viewcache.judge.certificate import CERTIFICATE
from viewcache.report.sentence import certified

GOOD = {"verdict": "as good within the margin", "difference": 0.0, "low": -0.004, "high": 0.004}
WORSE = {"verdict": "worse", "difference": -0.03, "low": -0.04, "high": -0.02}
UNKNOWN = {"verdict": "not known", "difference": 0.0, "low": -0.1, "high": 0.1}


@pytest.fixture
def base(tmp_path, monkeypatch):
    """The identity of a base in the working folder."""
    monkeypatch.chdir(tmp_path)
    BASE.mkdir(parents=True)
    description = {"runtime": "openvino", "precision": "int8", "files": {}}
    (BASE / "base.json").write_text(json.dumps(description))
    return find_base(BASE).identity


@pytest.mark.parametrize(
    ("clean", "robustness", "words"),
    [
        (GOOD, GOOD | {"verdict": "better"}, "are as good as on float32, within 1 point"),
        (GOOD, WORSE, "worse than on float32, -3.0 points (-4.0 to -2.0) under random views."),
        (GOOD, UNKNOWN, "is not certified."),
    ],
)
def test_the_answer_says_what_is_certified(base, clean, robustness, words):
    on = {"clean": clean, "robustness": robustness}
    CERTIFICATE.write_text(json.dumps({"base": base, "margin": 0.01, "on": on}))
    [said] = certified("int8")
    assert words in said


def test_the_certificate_of_another_base_says_nothing(base):
    CERTIFICATE.write_text(json.dumps({"base": "other", "margin": 0.01, "on": {"clean": GOOD}}))
    assert certified("int8")[0].endswith("is not certified.")
    assert certified("float32") == []


def test_float32_needs_no_certificate(capsys):
    certify()
    assert capsys.readouterr().out == "The base runs in float32, and needs no certificate.\n"
    assert not CERTIFICATE.exists()


def test_images_that_int8_was_calibrated_on_are_not_tested(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_run(Path(), 0)
    whole = open_compared(find_run("workspace"))
    digests = {f"{image:064x}": 0 for image in range(10)}
    [found] = compare_runs(whole, [without(whole, digests)])["comparisons"]
    assert (found["images"], found["left_out"]["alone"]) == (50, 10)
