import re
from dataclasses import replace

import pytest

from tests.report.findings import (
    FACTORS,
    HARM,
    HELP,
    NOT_CERTIFIED,
    ON_KERAS,
    found,
    judged,
    reckoned,
    with_costs,
)
from tests.report.test_page import words_of
from viewcache.report.sentence import sentence
from viewcache.report.terminal import ANSWER, WIDTH, answer, tell


def test_the_recommendation_comes_first_and_what_comes_next_last():
    paragraphs = answer(found()).strip().split("\n\n")
    assert " ".join(paragraphs[0].split()) == sentence(found())
    assert [line.split("  ")[0] for line in paragraphs[-1].splitlines()[:3]] == [
        "report.html",
        "make ui",
        "make plan",
    ]


def test_a_base_that_is_not_certified_is_told_with_the_recommendation():
    first = answer(found(base={"precision": "int8"})).strip().split("\n\n")[0]
    assert " ".join(first.split()).endswith(f"The base runs in int8: {NOT_CERTIFIED}")
    assert "certified" not in answer(found())


def test_arms_are_told_in_words_with_their_own_intervals():
    arms = answer(found()).strip().split("\n\n")[1]
    rows = {line.split("  ")[0]: line for line in arms.splitlines()[3:]}
    assert list(rows) == [
        "logistic regression",
        "no augmentation",
        "image and 1 view",
        "image and 4 views",
        "4 views only",
        "end to end, Keras",
        "end to end, compiled",
    ]
    assert re.search(r" 100 +10\.0 +3\.5$", rows["image and 1 view"])
    assert re.search(r" 0\.\d{3} \(0\.\d{3} to 0\.\d{3}\) ", rows["image and 1 view"])


def test_an_arm_that_was_cut_short_has_no_accuracy_and_its_seconds_have_a_star():
    lines = answer(found()).splitlines()
    [keras] = [line for line in lines if line.startswith("end to end, Keras")]
    assert re.split(" {2,}", keras)[1:] == ["-", "-", "100", "40.0*", "35.0*"]
    assert "* Cut short: the pace of 2 epochs, times all 8, and no accuracy." in lines
    assert sum("*" in line for line in lines) == 2


def test_where_nothing_was_cut_short_there_is_no_star():
    assert "*" not in answer(found(reckoning=with_costs(measured_epochs=8)))


def test_an_alarm_is_told_before_the_recommendation():
    first = answer(found(judgement=judged(baseline=HARM))).strip()
    assert first.startswith("ALARM: plain logistic regression ")


def test_averaged_views_are_told_where_they_are_known_to_gain():
    text = " ".join(answer(found(judged(averaging=HELP))).split())
    assert "viewcache predict --views 3" in text
    assert "Averaged" not in answer(found())


HELD = "With the same images and seed, image and 4 views and end to end on {} train "


def test_the_same_head_is_called_so_of_the_base_that_ran():
    assert HELD.format(
        "the same compiled base"
    ) + "the same head: after 8 epochs no weight differs." in words_of(answer(found()))


@pytest.mark.parametrize(
    ("most", "changed", "told"),
    [(0.07, 7, "0.07, and 7 of 40 answers."), (1e-9, 0, "1e-09, and 0 of 40 answers.")],
)
def test_heads_that_differ_are_told_by_how_much(most, changed, told):
    one = replace(ON_KERAS, weight_differences={2: most}, changed_test_predictions=changed)
    text = words_of(answer(found(equivalences=(one,))))
    nearly = "nearly the same head: after 2 epochs weights differ by up to "
    assert HELD.format("Keras' own base") + nearly + told in text
    assert "no weight differs" not in text


def test_the_speed_is_that_on_the_same_runtime_of_the_recommended_arm_and_of_the_twin():
    lines = answer(found()).splitlines()
    start = lines.index(next(line for line in lines if line.startswith("times as fast")))
    speeds = [re.split(" {2,}", line) for line in lines[start + 3 : start + 7]]
    as_one_writes_it, kept = ["2.0", "3.0", "2.8", "10.0"], ["1.0", "1.5", "1.4", "5.0"]
    assert speeds == [
        ["image and 1 view", *as_one_writes_it],
        ["if that kept the images' features", *kept],
        ["image and 4 views", *as_one_writes_it],
        ["if that kept the images' features", *kept],
    ]


def test_speeds_that_nobody_knows_are_left_out():
    unknown = replace(FACTORS["first"], on_the_same_runtime=None)
    text = answer(found(equivalences=(), reckoning=reckoned(first=unknown)))
    assert "times as fast" not in text
    assert "same head" not in text


@pytest.mark.parametrize("seconds", [None, 12345.6])
def test_no_line_is_wider_than_the_terminal(seconds):
    slow = with_costs(base_passes=10**6, seconds=seconds, further_seconds=seconds)
    text = answer(found(judged(averaging=HELP), reckoning=slow))
    assert max(map(len, text.splitlines())) <= WIDTH


def test_it_is_printed_unless_it_follows_and_written_in_any_case(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ANSWER.parent.mkdir()
    monkeypatch.delenv("ANSWER_FOLLOWS", raising=False)
    tell(found(judgement=judged()))
    assert capsys.readouterr().out == ANSWER.read_text() == answer(found())
    monkeypatch.setenv("ANSWER_FOLLOWS", "1")
    tell(found())
    assert capsys.readouterr().out == ""
