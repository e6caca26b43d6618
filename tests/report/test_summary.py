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
from viewcache.costs.faster import Factors
from viewcache.report.summary import key_figures, times_as_fast


def answers(judgement=None, **findings):
    judgement = judgement or judged()
    figures = found(judgement, **findings).figures
    keys = key_figures(figures, judgement.recommendation)
    return {key.question: (key.answer, key.sentence) for key in keys}


def test_the_three_questions_are_answered_in_a_word_or_figure_each():
    assert {question: answer for question, (answer, _) in answers().items()} == {
        "Is it the same?": "yes, the same head",
        "Is it faster?": "2.0 times as fast",
        "Is augmentation worth it here?": "better",
    }


def test_heads_that_differ_are_told_by_how_many_answers():
    other = replace(SAME, changed_test_predictions=39)
    answer, sentence = answers(equivalences=[ON_KERAS, other])["Is it the same?"]
    assert answer == "nearly: 39 answers differ"
    assert sentence.startswith("With 4 views, as many as end to end renders, ")
    assert "answers that differ: 39 of 40." in sentence


def test_the_epochs_are_told_after_which_weights_were_compared():
    assert "after 1, 2, 3, 4 and 8 epochs: " in answers()["Is it the same?"][1]
    once = replace(SAME, weight_differences={1: 0.0})
    assert "after 1 epochs: " in answers(equivalences=[once])["Is it the same?"][1]


def test_what_another_runtime_changes_is_told_where_there_is_another():
    told = answers()["Is it the same?"][1]
    assert told.endswith("features differ by up to 3e-05, after 2 epochs: 7.")
    assert "Keras" not in answers(equivalences=[SAME])["Is it the same?"][1]
    alone = answers(equivalences=[ON_KERAS])["Is it the same?"]
    assert alone[0] == "nearly: 7 answers differ"
    assert "Held to end to end on Keras' own base, in one training" in alone[1]
    assert "On Keras'" not in alone[1]


def test_without_end_to_end_nothing_is_said_to_be_the_same():
    assert "Is it the same?" not in answers(equivalences=[])


def test_what_caching_brings_stands_apart_from_what_the_runtime_brings():
    _, sentence = answers()["Is it faster?"]
    assert sentence == (
        "A first training (image and 1 view) against end to end on the same runtime. Held to one "
        "that keeps the images' own features, as caching does: as fast. Without set-up: 3.0 times "
        "as fast; each further one: 10 times as fast; 8 trainings together: 12 times as fast "
        "(extrapolated from one). A first training against end to end by hand in Keras: 3.0 times "
        "as fast."
    )


def test_a_prediction_is_marked():
    reckoning = reckoned(predicted=["keras", "originals_kept"])
    sentence = answers(reckoning=reckoning)["Is it faster?"][1]
    assert sentence.endswith(
        "Not measured but predicted: end to end, Keras; end to end, compiled, with the images' own "
        "features kept."
    )


def test_times_of_two_machines_give_no_figure():
    unknown = replace(FACTORS, first=Factors(None, None, None, None))
    reckoning = reckoned()
    reckoning.faster.update(dict.fromkeys(reckoning.faster, unknown))
    assert answers(reckoning=reckoning)["Is it faster?"][0] == "not measured"


@pytest.mark.parametrize(("clean", "word"), [((0.1, 0.05, 0.2), "better"), (HARM, "a trade")])
def test_what_augmentation_brings_and_costs_is_told_on_both(clean, word):
    answer, sentence = answers(judged(clean=clean))["Is augmentation worth it here?"]
    assert answer == word
    assert sentence.startswith(f"{100 * clean[0]:+.1f} points")
    assert "on the images as they are, and +18.8 points (+15.0 to +22.0) under random" in sentence


def test_too_few_images_are_told_instead_of_intervals_without_use():
    wide = (0.02, -0.68, 0.67)
    answer, sentence = answers(judged(wide, wide))["Is augmentation worth it here?"]
    assert answer == "too few images to tell"
    assert "68" not in sentence


def test_what_takes_longer_is_not_called_faster():
    factors = [0.625, 0.97, 2.34, 16.8, None]
    told = [times_as_fast(factor) for factor in factors]
    assert told == [
        "1.6 times as long",
        "as fast",
        "2.3 times as fast",
        "17 times as fast",
        "not measured",
    ]


def test_a_first_training_that_takes_longer_is_a_no():
    slow = replace(FACTORS, first=Factors(0.5, 0.4, 1.5, 0.75))
    reckoning = reckoned()
    reckoning.faster.update(dict.fromkeys(reckoning.faster, slow))
    answer, sentence = answers(reckoning=reckoning)["Is it faster?"]
    assert answer == "no, 2.0 times as long"
    assert "Without set-up" in sentence
