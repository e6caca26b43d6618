import json

import pytest

from tests.report.findings import NOT_CERTIFIED
from viewcache.ground.errors import PipelineError
from viewcache.report.certificate import CERTIFICATE, read_certificate
from viewcache.report.sentence import certified

GOOD = {"verdict": "as good within the margin", "difference": 0.0, "low": -0.004, "high": 0.004}
WORSE = {"verdict": "worse", "difference": -0.03, "low": -0.04, "high": -0.02}
UNKNOWN = {"verdict": "not known", "difference": 0.0, "low": -0.1, "high": 0.1}


@pytest.fixture(autouse=True)
def write(tmp_path, monkeypatch):
    """Write a certificate of the base "cafe"."""
    monkeypatch.chdir(tmp_path)

    def write(**on):
        CERTIFICATE.write_text(json.dumps({"base": "cafe", "margin": 0.01, "on": on}))

    return write


@pytest.mark.parametrize(
    ("robustness", "words"),
    [
        (GOOD | {"verdict": "better"}, "are as good as on float32, within 1 point (certified)."),
        (WORSE, "are worse than on float32, -3.0 points (-4.0 to -2.0) under random views."),
        (UNKNOWN, NOT_CERTIFIED.removeprefix("whether heads on it ")),
    ],
)
def test_the_answer_says_what_is_certified(write, robustness, words):
    write(clean=GOOD, robustness=robustness)
    [said] = certified("int8", read_certificate("cafe"))
    assert said.endswith(words)


def test_what_is_lost_on_both_is_told_of_both(write):
    write(clean=WORSE, robustness=WORSE)
    [said] = certified("int8", read_certificate("cafe"))
    assert "on the images as they are and -3.0 points (-4.0 to -2.0) under random" in said


def test_the_certificate_of_another_base_says_nothing(write):
    write(clean=GOOD)
    assert read_certificate("other") is None
    assert certified("int8", None) == [f"The base runs in int8: {NOT_CERTIFIED}"]


def test_without_a_certificate_there_is_none_and_float32_needs_none():
    assert read_certificate("cafe") is None
    assert certified("float32", None) == []


@pytest.mark.parametrize("content", ['{"base": "cafe', "{}", "[1]", "\xff"])
def test_a_damaged_certificate_is_refused(content):
    CERTIFICATE.write_text(content, encoding="latin-1")
    with pytest.raises(PipelineError, match=r"certificate\.json must be what `viewcache certify`"):
        read_certificate("cafe")
