import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest

from tests.report.findings import (
    ARMS,
    HARM,
    HELP,
    NONE,
    NOT_CERTIFIED,
    ONE,
    OPEN,
    PREDICTED,
    TWIN,
    found,
    judged,
    length,
    reckoned,
)
from viewcache.judge.confusion import Confusion
from viewcache.judge.disagreement import Disagreement
from viewcache.report.examples import Example
from viewcache.report.page import FIGURES, render_page
from viewcache.report.provenance import Provenance
from viewcache.report.table import COLUMNS
from viewcache.report.words import plain_name

HOSTILE = '<script>alert("x")</script>'
DIFFERING = Disagreement(600, 0.1, (NONE, TWIN), np.array([7]), {})
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


def provenance(rotations=4):
    return Provenance(
        {"train": 1500, "validation": 400, "test": 600},
        rotations,
        ["a processor, 2 cores"],
        ("2026-01-01 10:00 UTC", "2026-01-01 10:05 UTC"),
        {"python": "3.11"},
        "0123456789abcdef",
        False,
        {"images": "cafe"},
    )


@cache
def page(predicted=False, truth="broken", precision="float32", **train):
    said = [("✗", "ok", "no augmentation (80 %)"), ("✓", truth, "image and 4 views")]
    findings = found(
        judged(disagreement=DIFFERING),
        prediction={"cached_0": PREDICTED} if predicted else None,
        base={"precision": precision},
        train=train,
    )
    shown = [Example(f"{truth}.png", truth, "data:image/png;base64,", said)]
    return render_page(findings, b"PNG", shown, provenance())


def told(judgement=None, rotations=4, **findings):
    """The page on a judgement, without images on which arms differ."""
    return render_page(found(judgement, **findings), b"PNG", [], provenance(rotations))


def words_of(text):
    """What a piece of the page says, in one line."""
    return " ".join(re.sub("<[^>]*>", " ", text).split())


def verdict(judgement):
    """What the page says first."""
    section = told(judgement).split('<section class="verdict">')[1].split('<div class="key">')[0]
    return words_of(section)


def test_the_page_holds_question_recommendation_and_every_arm():
    text = page()
    names = map(plain_name, ARMS)
    what_to_do = "Cache the image itself and one augmented view"
    for words in ("Why not augment first", what_to_do, "+18.8 points", *names):
        assert words in text


def test_the_page_says_how_it_was_measured_and_how_to_do_it_again():
    text = page()
    for words in ("a processor, 2 cores", "python 3.11", "0123456789abcdef", "cafe", "make run"):
        assert words in text
    assert "learning_rate: 0.001" in text
    assert "2,500 images" in text


def test_tags_are_balanced_and_every_picture_has_words():
    pictures = Page(page()).all("img")
    assert len(pictures) == 7
    assert all(len(picture["alt"]) > 20 for picture in pictures)


def test_nothing_is_loaded_from_elsewhere():
    elements = Page(page())
    addresses = [
        value
        for _, attributes in elements.elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "data")
    ]
    assert all(address.startswith("data:image/") for address in addresses)
    assert not {"script", "link", "iframe"} & {tag for tag, _ in elements.elements}
    assert "url(" not in page()


def test_a_hostile_class_name_is_only_text():
    text = page(truth=HOSTILE)
    assert HOSTILE not in text
    assert Page(text).all("script") == []
    assert Page(text).all("img")[-1]["alt"].startswith(f"Test image {HOSTILE}.png")


def test_the_same_results_make_the_same_page():
    assert page() == page.__wrapped__()


def test_an_alarm_stands_before_what_to_do_and_a_warning_after_it():
    said = verdict(judged(baseline=HARM, trained=length(clean=HELP)))
    title = "What to do with these 2,500 images"
    assert said.startswith(f"{title} ALARM: plain logistic regression ")
    assert said.index("ALARM") < said.index("Cache the image itself") < said.index("WARNING: 8 ep")
    assert "Set train.epochs to 16" in said
    assert not re.search("ALARM|WARNING", told(judged()))


def test_what_twice_as_many_epochs_bring_is_told_of_both_ends():
    table = told(judged(trained=length(clean=HELP))).split("Was training long enough?")[1]
    rows = words_of(table.split("<tbody>")[1].split("</tbody>")[0])
    assert rows == (
        "no augmentation as they are +18.8 (+15.0 to +22.0) "
        "no augmentation random views +0.2 (-0.4 to +0.8) "
        "image and 4 views as they are +0.2 (-0.4 to +0.8) "
        "image and 4 views random views +0.2 (-0.4 to +0.8)"
    )


def test_an_arm_that_was_cut_short_has_no_accuracy_and_its_seconds_have_a_star():
    figures = page().split("<h2>All figures</h2>")[1].split("</section>")[0]
    [row] = re.findall("<tr><th>end to end, Keras</th>.*", figures)
    assert words_of(row) == "end to end, Keras - - 40.0* 35.0* 100 0.0 1"
    assert "* Cut short: the pace of 2 epochs, times all 8, and no accuracy." in figures


def test_all_figures_stand_under_headings_that_say_whose_they_are():
    figures = page().split("<h2>All figures</h2>")[1].split("</thead>")[0]
    _, *headings = Page(f"{figures}</thead></table></div>").all("th")
    assert [heading["title"] for heading in headings] == [
        f"of {COLUMNS[name].whose}" for name in FIGURES
    ]
    assert "first training s each further s" in words_of(figures)


def test_speed_is_told_against_end_to_end_that_keeps_the_images_own_features_as_well():
    [row] = re.findall("<tr><th>a first training, from .*", page())
    speeds = ["2.0 times as fast", "as fast", "3.0 times as fast"]
    assert words_of(row) == " ".join(["a first training, from images to head", "10.0", *speeds])


@pytest.mark.parametrize(
    ("predicted", "where"),
    [
        (["keras"], "on both bases"),
        (["compiled", "originals_kept"], "on both bases"),
        (["keras", "compiled", "originals_kept"], "on either base"),
    ],
)
def test_it_is_told_which_ways_to_train_end_to_end_did_not_run(predicted, where):
    text = told(judged(), reckoning=reckoned(predicted))
    assert f"End to end did not run {where}: what is missing was predicted" in text


def test_what_the_ways_to_train_are_is_told_as_the_images_are_shown():
    assert "views of each image, one after the other, in the other epochs" in page()
    assert "<dt>4 views only</dt>" in page()
    alone = page(originals="never")
    assert "trained on kept features of 1, 2, ... random views of each image" in alone
    assert "views only" not in alone.split("<h2>Is it faster?")[0]


def test_a_prediction_is_held_to_what_was_measured():
    assert "Predicted and measured" not in page()
    assert "-20%" in page(predicted=True)


@pytest.mark.parametrize("judgement", [judged(), judged(OPEN, OPEN), judged(HARM, HARM)])
def test_the_page_always_says_what_to_do(judgement):
    text = told(judgement)
    Page(text)
    assert "ecided" not in text
    assert '<p class="choice">Cache ' in text
    assert ("no augmentation." in text) == (judgement.recommendation.arm == NONE)


@pytest.mark.parametrize(
    ("rule", "words"),
    [("clean", "on the images as they are; a loss"), ("robustness", "under random views; a loss")],
)
def test_the_rule_is_told_as_it_was_asked(rule, words):
    assert f"What counts is accuracy\n{words}" in told(judged(rule=rule))


def test_a_holdout_tests_test_images_only():
    assert "Every image is tested by heads that never saw it, in one of 4 rot" in told(judged())
    assert "Every test image is tested by heads that never saw it. The" in told(judged(), 1)


def test_the_page_says_what_was_computed_again():
    assert "96 stored feature vectors" in page()
    assert "by TensorFlow: up to 7e-06 off, 0.0001 allowed" in page()


def test_a_base_that_is_not_certified_is_told_beside_what_to_do():
    text = page(precision="int8")
    assert f"The base runs in int8: {NOT_CERTIFIED}" in text.split('<div class="key">')[0]
    assert "by the base itself: up to 7e-06 off" in text
    assert "certified" not in page()


def test_jargon_of_the_code_stands_nowhere_in_the_text():
    words = re.sub("<[^>]*>", " ", page().split("<body>")[1].split("How it was measured")[0])
    assert not re.search(r"\b(arms?|twin|cached_\d|judged by)\b", words)


def test_what_is_recognised_is_told_class_by_class():
    text = page()
    assert "<tr><th>intact</th><td>18.0</td><td>2.0</td><td>20</td><td>90.0\xa0%</td>" in text
    assert "right on 50.0\xa0% of the images; the recommended way is right" in text
    assert "on\n82.5\xa0% of them as they are" in text


@pytest.mark.parametrize(("classes", "every"), [(12, True), (15, False)])
def test_of_many_classes_it_is_said_that_only_the_worst_mistake_of_each_is_told(classes, every):
    counts = 3 * np.eye(classes)
    counts[0] = np.arange(classes) / 4
    confusion, names = Confusion(ONE, counts, counts), [f"class {n}" for n in range(classes)]
    text = told(replace(judged(), confusion=confusion), classes=names)
    assert ("a row, were given each name, a column." in words_of(text)) == every
    assert ("<th>named class 11</th>" in text) == every
    mistaken = "of each of the 15 classes the name that it is mostly mistaken for, and how often; "
    assert (f"{mistaken}results.json has all counts." in text) != every
    rows = re.findall("<tr><th>class .*", text)
    assert len(rows) == classes
    if not every:
        assert words_of(rows[0]) == "class 0 class 14 (3.5) 26 0.0 % 0.0 %"
        assert words_of(rows[14]) == "class 14 - 3 100.0 % 100.0 %"


def test_what_the_user_would_type_for_other_images_is_told_and_is_a_target_of_make():
    lines = page().split("How to reproduce it")[1]
    assert "<code>make init PHOTOS=FOLDER</code>" in lines
    assert "RECIPE" not in lines


def test_images_on_which_arms_differ_are_told_with_what_each_says():
    section = words_of(page().split("<h2>Images on which")[1].split("</section>")[0])
    assert "On 10.0 % of the 600 test images" in section
    assert "These are the 1 on which no augmentation and image and 4 views differ most" in section
    assert section.endswith("broken ✗ ok : no augmentation (80 %) ✓ broken : image and 4 views")
    assert "differ most" not in told()


def test_averaged_views_are_told_where_they_are_known_to_gain():
    assert "viewcache predict --views 3" in words_of(told(judged(averaging=HELP)))
    assert "Averaged" not in words_of(told())
