import pytest

from tests.report.findings import found, reckoned
from tests.report.test_tables import ARM, END_TO_END
from viewcache.report.cost_words import break_even_sentences, evidence_sentence, speeds

ARMS = {
    "baseline": ARM | {"role": "baseline", "budget": 0, "seconds": 99.0},
    "cached_0": ARM | {"budget": 0},
    "cached_2": ARM | {"budget": 2, "feature_bytes": 5_000_000},
    "end_to_end": END_TO_END | {"seconds": 40.4, "further_seconds": 35.0},
}


def test_no_two_questions_about_speed_share_a_row():
    rows = speeds(found().figures, "cached_1")
    assert [(row.seconds, *row[2:]) for row in rows] == [
        (10, 2, 1, 3), (6, 3, 1.5, 4.5), (4 + 10 * 6, 2.8, 1.4, pytest.approx(4.2)),
        (3.5, 10, 5, 15), (30, 12.5, 6.25, 18.75),
    ]  # fmt: skip
    assert rows[2].what == "a first training on 10 times the images (extrapolated)"
    assert rows[4].what.startswith("8 trainings, all seeds and rotations")


def test_times_of_two_machines_are_not_told():
    figures = found().figures
    figures["arms"]["cached_1"] |= {"seconds": None, "further_seconds": None}
    assert [row.seconds for row in speeds(figures, "cached_1")][:4] == [None] * 4


def test_the_evidence_is_told_beside_what_end_to_end_would_have_paid():
    assert evidence_sentence(found(reckoning=reckoned(["keras"])).figures) == (
        "All 24 trainings on cached features together took 50 seconds, from images to heads. End "
        "to end, the 8 of them that are augmented afresh alone would have taken 5 minutes (end to "
        "end, compiled; extrapolated from what ran) or 8 minutes (end to end, Keras; predicted)."
    )


@pytest.mark.parametrize(("seconds", "words"), [(None, ""), (50.0, "images to heads.")])
def test_of_the_evidence_only_what_is_known_is_told(seconds, words):
    figures = found().figures
    figures["costs"] |= {"seconds": seconds, "end_to_end_seconds": {}}
    assert evidence_sentence(figures).endswith(words)
    assert bool(evidence_sentence(figures)) == bool(words)


def test_break_even_is_said_in_words():
    assert break_even_sentences(ARMS) == [
        "Against end to end, Keras, caching costs less from the first training on, whatever the "
        "number of views."
    ]
    dear = ARMS | {"cached_2": ARM | {"budget": 2, "seconds": 80.0}}
    [sentence] = break_even_sentences(dear)
    assert (
        "no augmentation from the first training on, image and 2 views from training 3 on"
        in sentence
    )


def test_without_end_to_end_nothing_breaks_even():
    assert break_even_sentences({"cached_0": ARMS["cached_0"]}) == []
