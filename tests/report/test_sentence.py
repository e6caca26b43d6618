from dataclasses import replace

import pytest

from tests.arms.named import named
from tests.report.findings import (
    HARM,
    HARMLESS,
    HELP,
    NOT_CERTIFIED,
    OPEN,
    OPEN_LOSS,
    found,
    judged,
    length,
)
from viewcache.heads.course import course
from viewcache.report import sentence as recommending
from viewcache.report.sentence import alarms, warnings, what_to_do

NO_AUGMENTATION = "Cache the images as they are, and train the head on that: no augmentation. "
TO_EXPECT = "To expect on new images: an accuracy of 0.793 as they are, 0.600 under random views."


def sentence(judgement, precision="float32"):
    return recommending.sentence(found(judgement, base={"precision": precision}))


def test_few_views_are_told_with_how_near_they_come_and_what_augmentation_brings():
    assert sentence(judged()) == (
        "Cache the image itself and one augmented view of each image, and train the head on that. "
        "That is within 1 point of end-to-end training: +0.2 points (-0.4 to +0.8) on the images "
        "as they are. Augmentation is better here: +0.2 points (-0.4 to +0.8) on the images as "
        "they are and +18.8 points (+15.0 to +22.0) under random views (95 % intervals). "
        f"{TO_EXPECT}"
    )


def test_the_twin_is_told_where_fewer_views_are_not_enough():
    assert sentence(judged(one=HARM)).startswith(
        "Cache the image itself and 4 augmented views of each image, and train the head on that. "
        "As many as end to end renders: fewer are not known to be enough. Augmentation is better "
    )


def test_fewer_views_that_are_probably_enough_are_told_beside_it():
    probably = (-0.004, -0.02, 0.01)
    assert "not known to be enough. Probably enough, by the estimate: 1 view. " in sentence(
        judged(one=probably)
    )
    assert "robably" not in sentence(judged())
    assert "robably" not in sentence(judged(one=HARM))


def test_without_the_images_views_alone_are_to_be_cached():
    alone = named("cached_1", whole=course(4, "never"))
    recommendation = replace(judged().recommendation, arm=alone)
    assert what_to_do(recommendation).startswith("Cache one augmented view of each image, and ")


@pytest.mark.parametrize(
    ("effects", "opening"),
    [
        ((HARMLESS, HARMLESS), "Augmentation makes no measurable difference here: +0.2 points"),
        ((OPEN, OPEN), "Augmentation makes no measurable difference here: -1.0 points"),
        ((OPEN, HARM), "Augmentation is worse here: -2.0 points"),
        ((HELP, HARM), "Augmentation is a trade here: -2.0 points"),
        (
            (HELP, OPEN),
            "Augmentation is better here, but probably at a loss on the images as they are: -1.0",
        ),
    ],
)
def test_no_augmentation_is_told_with_what_it_would_have_brought(effects, opening):
    assert sentence(judged(*effects)).startswith(NO_AUGMENTATION + opening)


def test_a_trade_is_told_with_its_price():
    told = sentence(judged(clean=OPEN_LOSS, rule="robustness"))
    assert told.startswith("Cache the image itself and one augmented view")
    assert "a trade here: -2.0 points" in told
    assert "on the images as they are and +18.8 points (+15.0 to +22.0) under random views" in told


def test_the_rule_says_where_few_views_are_held_to_the_twin():
    told = sentence(judged(rule="robustness"))
    assert "end-to-end training: +0.2 points (-0.4 to +0.8) under random views." in told


def test_one_seed_gives_no_interval_and_no_claim():
    assert sentence(judged(interval=False)) == (
        f"{NO_AUGMENTATION}No gain or loss of augmentation is known, for lack of intervals: "
        f"+0.2 points on the images as they are and +18.8 points under random views. {TO_EXPECT}"
    )


def test_of_a_holdout_it_is_not_told_what_to_expect():
    assert "expect" not in sentence(judged(choosing=None))


def test_an_alarm_stands_first_where_the_recommended_arm_is_known_to_be_below_the_baseline():
    told = sentence(judged(baseline=HARM))
    assert told == (
        "ALARM: plain logistic regression on the features of the images as they are does better: "
        "the recommended way is at -2.0 points (-3.0 to -1.2) of it. Look at the head's settings "
        f"before you go on. {sentence(judged())}"
    )


@pytest.mark.parametrize("baseline", [OPEN, HARMLESS, HELP])
def test_what_is_not_known_to_be_below_the_baseline_is_no_alarm(baseline):
    assert alarms(judged(baseline=baseline)) == []


def test_too_short_a_training_is_a_warning_at_the_end_that_says_what_to_set():
    short = length(clean=HELP)
    assert sentence(judged(trained=short)) == (
        f"{sentence(judged())} WARNING: 8 epochs are too few: twice as many gain +18.8 points "
        "(+15.0 to +22.0) on the images as they are (no augmentation). Set train.epochs to 16."
    )


def test_a_schedule_of_ones_own_may_give_way_to_the_default():
    [warning] = warnings(found(judged(trained=length(clean=HELP)), train={"schedule": "constant"}))
    assert warning.endswith("Set train.epochs to 16, or to auto with train.schedule cosine.")


@pytest.mark.parametrize(
    ("trained", "words"),
    [
        (length(loss_falls=True), "too few: the validation loss still falls. "),
        (length(changes=True), "too few: twice as many would change the recommendation. "),
        (length(HELP, HELP), "are (no augmentation) and +18.8 points (+15.0 to +22.0) under ran"),
        (length(HELP, loss_falls=True), "(no augmentation); the validation loss still falls. "),
    ],
)
def test_a_warning_says_what_shows_that_training_is_too_short(trained, words):
    [warning] = warnings(found(judged(trained=trained)))
    assert words in warning


@pytest.mark.parametrize("trained", [length(OPEN, OPEN), length(HARM, OPEN_LOSS)])
def test_what_is_not_known_to_gain_is_no_warning(trained):
    assert warnings(found(judged(trained=trained))) == []


def test_it_is_never_said_that_nothing_is_decided():
    for robustness in (HELP, HARMLESS, OPEN, OPEN_LOSS, HARM):
        for clean in (HELP, HARMLESS, OPEN, OPEN_LOSS, HARM):
            told = sentence(judged(robustness, clean))
            assert told.startswith("Cache ")
            assert "decided" not in told
            assert "second" not in told


@pytest.mark.parametrize("precision", ["int8", "bfloat16"])
@pytest.mark.parametrize("judgement", [judged(), judged(HARM, HARM)])
def test_a_base_in_another_precision_is_said_to_be_not_certified(judgement, precision):
    assert sentence(judgement, precision) == (
        f"{sentence(judgement)} The base runs in {precision}: {NOT_CERTIFIED}"
    )


def test_of_too_few_images_nothing_is_told_but_what_to_do():
    wide = (0.02, -0.68, 0.67)
    assert sentence(judged(wide, wide)) == (
        f"{NO_AUGMENTATION}Whether augmentation helps cannot be told from so few images. "
        f"{TO_EXPECT}"
    )


def test_where_every_class_counts_the_same_a_balanced_accuracy_is_to_be_expected():
    balanced = replace(judged(), measure="balanced_accuracy")
    assert TO_EXPECT.replace("an accuracy", "a balanced accuracy") in sentence(balanced)
