import pytest

from tests.report.findings import (
    ARMS,
    HARM,
    HARMLESS,
    HELP,
    NOT_CERTIFIED,
    OPEN,
    OPEN_LOSS,
    judged,
)
from viewcache.report import words
from viewcache.report.words import difference, duration, plain_name, points

NO_AUGMENTATION = "Cache the images as they are, and train the head on that: no augmentation. "


def sentence(judgement, precision="float32"):
    return words.sentence(judgement, precision)


def test_few_views_are_told_with_how_near_they_come_and_what_augmentation_brings():
    assert sentence(judged()) == (
        "Cache one augmented view of each image, and train the head on that. That is within 1 "
        "point of end-to-end training: +0.2 points (-0.4 to +0.8) under random views. "
        "Augmentation is better here: +18.8 points (+15.0 to +22.0) under random views and +0.2 "
        "points (-0.4 to +0.8) on the images as they are (95 % intervals)."
    )


def test_the_twin_is_told_where_fewer_views_are_not_enough():
    assert sentence(judged(one=OPEN)).startswith(
        "Cache 4 augmented views of each image, and train the head on that. As many views as "
        "epochs: fewer are not known to be enough. Augmentation is better here: "
    )


@pytest.mark.parametrize(
    ("effects", "opening"),
    [
        ((HARMLESS, HARMLESS), "Augmentation makes no measurable difference here: +0.2 points"),
        ((OPEN, OPEN), "Augmentation makes no measurable difference here: -1.0 points"),
        ((OPEN, HARM), "Augmentation is worse here: -1.0 points"),
        ((HARM, HELP), "Augmentation is a trade here: -2.0 points"),
        (
            (OPEN, HELP),
            "Augmentation is better here, but not known to be harmless under random views: -1.0",
        ),
    ],
)
def test_no_augmentation_is_told_with_what_it_would_have_brought(effects, opening):
    assert sentence(judged(*effects)).startswith(NO_AUGMENTATION + opening)


def test_a_trade_is_told_with_its_price():
    told = sentence(judged(clean=OPEN_LOSS))
    assert told.startswith("Cache one augmented view")
    assert "a trade here: +18.8 points (+15.0 to +22.0) under random views and -2.0 points" in told


def test_the_rule_says_where_few_views_are_held_to_the_twin():
    told = sentence(judged(clean=HELP, robustness=HARMLESS, rule="clean"))
    assert "end-to-end training: +0.2 points (-0.4 to +0.8) on the images as they are." in told


def test_one_seed_gives_no_interval_and_no_claim():
    assert sentence(judged(interval=False)) == (
        f"{NO_AUGMENTATION}No gain or loss of augmentation is known, for lack of intervals: "
        "+18.8 points under random views and +0.2 points on the images as they are."
    )


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


def test_a_difference_is_in_points_with_its_interval():
    comparison = judged().effects["robustness"]
    assert points(comparison) == "+18.8 points (+15.0 to +22.0) under random views"


def test_an_interval_without_use_is_no_figure():
    wide = (0.02, -0.68, 0.67)
    assert sentence(judged(wide, wide)) == (
        f"{NO_AUGMENTATION}Whether augmentation helps cannot be told from so few images."
    )
    assert points(judged(clean=wide).effects["clean"]) == (
        "too few images to tell on the images as they are"
    )
    known = (0.4, 0.25, 0.55)
    assert points(judged(known).effects["robustness"]).startswith("+40.0 points")


def test_there_is_no_negative_zero():
    assert difference({"difference": -0.0003, "low": -0.004, "high": 0.003}) == (
        "+0.0 (-0.4 to +0.3)"
    )
    assert difference({"difference": -0.0003, "low": None, "high": None}) == "+0.0"


def test_every_way_to_train_has_a_plain_name_of_its_own():
    names = [plain_name({"budget": arm.budget, "kind": arm.kind}) for arm in ARMS]
    assert names == [
        *("no augmentation", "1 view", "4 views"),
        *("end to end, Keras", "end to end, compiled"),
    ]


def test_durations_are_in_units_that_one_has_a_feeling_for():
    assert [duration(seconds) for seconds in (38.6, 150, 3600 * 2.5)] == [
        "39 seconds", "2 minutes", "2.5 hours",
    ]  # fmt: skip
