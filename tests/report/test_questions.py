from dataclasses import replace

import pytest

from tests.report.findings import (
    CACHED_COSTS,
    HARM,
    HARMLESS,
    HELP,
    NONE,
    ON_KERAS,
    SAME,
    TWIN,
    found,
    judged,
    reckoned,
)
from viewcache.costs.faster import Factors
from viewcache.report.questions import (
    averaged_views,
    break_even,
    evidence,
    key_figures,
    speeds,
)


def answers(judgement=None, **findings):
    keys = key_figures(found(judgement, **findings))
    return {key.question: (key.answer, key.sentence) for key in keys}


def test_the_three_questions_are_answered_in_a_word_or_figure_each():
    assert {question: answer for question, (answer, _) in answers().items()} == {
        "Is it the same?": "yes, the same head",
        "Is it faster?": "2.0 times as fast",
        "Is augmentation worth it here?": "better",
    }


@pytest.mark.parametrize("most", [0.07, 1e-9])
def test_heads_that_differ_are_told_by_how_much(most):
    other = replace(SAME, weight_differences={8: most}, changed_test_predictions=39)
    answer, sentence = answers(equivalences=[ON_KERAS, other])["Is it the same?"]
    assert answer == f"nearly: weights differ by up to {most}"
    assert f"largest difference of weights {most}; " in sentence
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
    assert alone[0] == "nearly: weights differ by up to 0.07"
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
    reckoning = reckoned(first=Factors(None, None, None, None))
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


def test_a_first_training_that_takes_longer_is_a_no():
    reckoning = reckoned(first=Factors(0.5, 0.4, 1.5, 0.75))
    answer, sentence = answers(reckoning=reckoning)["Is it faster?"]
    assert answer == "no, 2.0 times as long"
    assert "Without set-up" in sentence


def test_no_two_questions_about_speed_share_a_row():
    what, *rows = zip(*speeds(found()), strict=True)
    assert what[2] == "a first training on 10 times the images (extrapolated)"
    assert what[4].startswith("8 trainings, all seeds and rotations")
    times = " times as fast"
    assert rows == [
        ("10.0", "6.0", "64.0", "3.5", "30.0"),
        tuple(f"{one}{times}" for one in ("2.0", "3.0", "2.8", "10", "12")),
        ("as fast", *(f"{one}{times}" for one in ("1.5", "1.4", "5.0", "6.2"))),
        tuple(f"{one}{times}" for one in ("3.0", "4.5", "4.2", "15", "19")),
    ]


def test_times_of_two_machines_are_not_told():
    rows = speeds(found(reckoning=reckoned(seconds=[None] * 5)))
    assert [row[1] for row in rows] == ["-"] * 5


def test_the_evidence_is_told_beside_what_end_to_end_would_have_paid():
    assert evidence(found(reckoning=reckoned(["keras"]))) == (
        "All 24 trainings on cached features together took 50 seconds, from images to heads. End "
        "to end, the 8 of them that are augmented afresh alone would have taken 5 minutes (end to "
        "end, compiled; extrapolated from what ran) or 8 minutes (end to end, Keras; predicted)."
    )


@pytest.mark.parametrize(("seconds", "words"), [(None, ""), (50.0, "images to heads.")])
def test_of_the_evidence_only_what_is_known_is_told(seconds, words):
    alone = replace(reckoned().evidence, seconds=seconds, end_to_end_seconds={})
    told = evidence(found(reckoning=replace(reckoned(), evidence=alone)))
    assert told.endswith(words)
    assert bool(told) == bool(words)


def test_break_even_is_said_in_words():
    assert break_even(found())[0] == (
        "Against end to end, Keras, caching costs less from the first training on, whatever the "
        "number of views."
    )
    dear = reckoned().costs | {TWIN: replace(CACHED_COSTS, seconds=80.0)}
    [_, sentence] = break_even(found(reckoning=replace(reckoned(), costs=dear)))
    assert "no augmentation from the first training on, image and 1 view from the" in sentence
    assert sentence.endswith("image and 4 views from training 3 on.")


def test_without_end_to_end_nothing_breaks_even():
    assert break_even(found(reckoning=replace(reckoned(), costs={NONE: CACHED_COSTS}))) == []


def test_averaged_views_are_told_where_they_are_known_to_gain():
    assert averaged_views(found(judged(averaging=HELP))) == (
        "Averaged views: the mean of the probabilities over the image and 3 random views of it has "
        "an accuracy of 0.988, +18.8 points (+15.0 to +22.0) of the image alone, at 4 base passes "
        "an image: viewcache predict --views 3. Judged on these test images, with no choice made "
        "but whether."
    )
    assert averaged_views(found(judged(averaging=HARMLESS))) == ""
    unknown = replace(judged(), averaging=None)
    assert averaged_views(found(unknown)) == ""
