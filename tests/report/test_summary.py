from dataclasses import replace

import pytest

from tests.report.findings import (
    FACTORS,
    HARM,
    ON_KERAS,
    SAME,
    found,
    judged,
    reckoned,
)
from tests.report.test_tables import ARM, END_TO_END
from viewcache.costs.faster import Factors
from viewcache.report.summary import break_even_sentences, key_figures

ARMS = {
    "cached_0": ARM | {"budget": 0},
    "cached_2": ARM | {"budget": 2, "feature_bytes": 5_000_000},
    "end_to_end": END_TO_END | {"seconds": 40.4, "further_seconds": 35.0},
}


def answers(judgement=None, **findings):
    judgement = judgement or judged()
    figures = found(judgement, **findings).figures
    return {key.question: (key.answer, key.sentence) for key in key_figures(figures, judgement)}


def test_the_three_questions_are_answered_in_a_word_or_figure_each():
    assert {question: answer for question, (answer, _) in answers().items()} == {
        "Is it the same?": "the same head",
        "Is it faster?": "2.0 times as fast",
        "Is augmentation worth it here?": "better",
    }


def test_heads_that_differ_are_told_by_how_many_answers():
    other = replace(SAME, changed_test_predictions=39)
    answer, sentence = answers(equivalences=[ON_KERAS, other])["Is it the same?"]
    assert answer == "39 answers differ"
    assert "cached_4" in sentence
    assert "answers that differ: 39 of 40." in sentence


def test_what_another_runtime_changes_is_told_where_there_is_another():
    assert answers()["Is it the same?"][1].endswith("differ by up to 3e-05: 7.")
    assert "Keras" not in answers(equivalences=[SAME])["Is it the same?"][1]
    alone = answers(equivalences=[ON_KERAS])["Is it the same?"]
    assert alone[0] == "7 answers differ"
    assert "Against Keras" not in alone[1]


def test_without_end_to_end_nothing_is_said_to_be_the_same():
    assert "Is it the same?" not in answers(equivalences=[])


def test_what_caching_brings_stands_apart_from_what_the_runtime_brings():
    _, sentence = answers()["Is it faster?"]
    assert sentence == (
        "A first training of cached_1 on the same runtime, which is what caching brings; 3.0 times "
        "as fast against Keras by hand. Every further training: 10 times as fast; the study of all "
        "seeds and rotations, against as many trainings as one took: 12 times as fast, on the same "
        "runtime."
    )


def test_a_prediction_is_marked():
    reckoning = reckoned(predicted=["keras", "compiled"])
    sentence = answers(reckoning=reckoning)["Is it faster?"][1]
    assert sentence.endswith("(keras, compiled: predicted)")


def test_times_of_two_machines_give_no_figure():
    unknown = replace(FACTORS, first=Factors(None, None, None))
    reckoning = reckoned()
    reckoning.faster.update(dict.fromkeys(reckoning.faster, unknown))
    assert answers(reckoning=reckoning)["Is it faster?"][0] == "not measured"


@pytest.mark.parametrize(("clean", "word"), [((0.1, 0.05, 0.2), "better"), (HARM, "a trade")])
def test_what_augmentation_brings_and_costs_is_told_on_both(clean, word):
    answer, sentence = answers(judged(clean=clean))["Is augmentation worth it here?"]
    assert answer == word
    assert sentence.startswith("+18.8 points (+15.0 to +22.0) under random views, and ")
    assert f"{100 * clean[0]:+.1f} points" in sentence


def test_break_even_is_said_in_words():
    assert break_even_sentences(ARMS) == [
        "Against end_to_end, every cached arm costs less from the first training on."
    ]
    dear = ARMS | {"cached_2": ARM | {"budget": 2, "seconds": 80.0}}
    [sentence] = break_even_sentences(dear)
    assert "cached_0 from the first training on, cached_2 from training 3 on" in sentence


def test_without_end_to_end_nothing_breaks_even():
    assert break_even_sentences({"cached_0": ARMS["cached_0"]}) == []
