from functools import cache
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from tests.arms.named import named
from tests.report.pictures.test_accuracy import CURVES
from tests.report.test_summary import ARMS, DECISIONS, SAME
from viewcache.ground.params.loading import load_params
from viewcache.judge.disagreement import Answer, Disagreement, Example
from viewcache.report.page import render_page
from viewcache.report.provenance import Provenance
from viewcache.report.results import Results

HOSTILE = '<script>alert("x")</script>'
PREDICTED = {
    "seconds": 8.0,
    "feature_bytes": 2_500_000,
    "seconds_error": -0.2,
    "bytes_error": 0.0,
}
BETWEEN = named("cached_0"), named("end_to_end")
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """The elements of a page; complains about a tag that is not closed where it must be."""

    def __init__(self, text):
        super().__init__()
        self.elements, self._open = [], []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def all(self, name):
        return [attributes for tag, attributes in self.elements if tag == name]


def results(prediction=None):
    verdict = {
        "choice": "cached_2",
        "budget": 2,
        "reason": "cached_2 is as good as end_to_end; augmentation brings +18.8 points",
        "margin": 0.01,
        "rule": "robustness",
        "decisions": DECISIONS,
    }
    replay = {"features": 96, "max_relative_difference": 6.7e-06, "tolerance": 1e-4}
    metrics = {"arms": ARMS, "equivalence": SAME, "verdict": verdict, "prediction": prediction}
    metrics["replay"] = replay
    runs = pd.DataFrame({"arm": [*ARMS, "cached_2"], "epochs": 7, "kept_epoch": [4, 5, 6, 2]})
    return Results(metrics, {}, runs, CURVES)


def provenance(**train):
    params = load_params()
    params = params.model_copy(update={"train": params.train.model_copy(update=train)})
    return Provenance(
        params,
        {"train": 1500, "validation": 400, "test": 600},
        ["a processor, 2 cores"],
        ("2026-01-01 10:00 UTC", "2026-01-01 10:05 UTC"),
        {"python": "3.11"},
        "0123456789abcdef",
        False,
        {"images": "cafe"},
    )


@cache
def page(predicted=False, truth="broken", **train):
    answers = [
        Answer(named("cached_0"), "ok", 0.8, False),
        Answer(named("end_to_end"), truth, 1.0, True),
    ]
    pixels = np.zeros((8, 8, 3), np.uint8)
    example = Example(f"{truth}.png", truth, pixels, answers)
    disagreement = Disagreement(600, 0.1, BETWEEN, [example])
    prediction = {"cached_0": PREDICTED} if predicted else None
    return render_page(results(prediction), b"PNG", disagreement, provenance(**train))


def test_the_page_holds_question_verdict_and_every_arm():
    text = page()
    for words in ("Why not augment first", "Cache 2 augmented views", "+18.8 points", *ARMS):
        assert words in text


def test_the_page_says_how_it_was_measured_and_how_to_do_it_again():
    text = page()
    for words in ("a processor, 2 cores", "python 3.11", "0123456789abcdef", "cafe", "make run"):
        assert words in text
    assert "learning_rate: 0.001" in text


def test_tags_are_balanced_and_every_picture_has_words():
    pictures = Page(page()).all("img")
    assert len(pictures) == 9
    assert all(len(picture["alt"]) > 20 for picture in pictures)


def test_nothing_is_loaded_from_elsewhere():
    found = Page(page())
    addresses = [
        value
        for _, attributes in found.elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "data")
    ]
    assert all(address.startswith("data:image/") for address in addresses)
    assert not {"script", "link", "iframe"} & {tag for tag, _ in found.elements}
    assert "url(" not in page()


def test_a_hostile_class_name_is_only_text():
    text = page(truth=HOSTILE)
    assert HOSTILE not in text
    assert Page(text).all("script") == []
    assert Page(text).all("img")[-1]["alt"].startswith(f"Test image {HOSTILE}.png")


def test_the_same_results_make_the_same_page():
    assert page() == page.__wrapped__()


def test_unused_views_are_told_where_training_may_stop_early():
    assert "views never read" not in page()
    text = page(patience=3)
    assert "views never read" in text
    assert "2 to 5" in text


def test_a_prediction_is_held_to_what_was_measured():
    assert "Predicted and measured" not in page()
    assert "-20%" in page(predicted=True)


@pytest.mark.parametrize("choice", ["clean", "robustness"])
def test_the_rule_is_told_as_it_was_asked(choice):
    found = results()
    found.metrics["verdict"]["rule"] = choice
    nowhere = Disagreement(600, 0.0, BETWEEN, [])
    text = render_page(found, b"PNG", nowhere, provenance())
    Page(text)
    assert ("under random views and" in text) == (choice == "robustness")


def test_the_page_says_what_was_computed_again():
    assert "96 stored feature vectors" in page()
    assert "up to 7e-06 off, 0.0001 allowed" in page()
