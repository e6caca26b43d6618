"""What is said of training layers of the base."""

import copy

import pytest

from viewcache.report.fine_tuning import tuning_sentences

GAIN = {"difference": 0.021, "low": 0.01, "high": 0.032}
TUNING = {
    "cut": "block5",
    "arms": {
        "tuned_cached_0": {"budget": 0, "gain": {}, "feature_bytes": 1},
        "tuned_cached_4": {
            "budget": 4,
            "gain": {"clean": GAIN, "robustness": GAIN | {"low": None}},
            "feature_bytes": 2_500_000_000,
        },
        "tuned_end_to_end": {"budget": None, "gain": None},
    },
    "faster": {
        "tuned_cached_4": {
            "first": {"on_the_same_runtime": 1.2},
            "further": {"on_the_same_runtime": 3.4},
        }
    },
    "equivalence": {"is_exact": True, "changed_test_predictions": 3, "test_predictions": 40},
}


def said(further=3.4, exact=True):
    tuning = copy.deepcopy(TUNING)
    tuning["faster"]["tuned_cached_4"]["further"]["on_the_same_runtime"] = further
    tuning["equivalence"]["is_exact"] = exact
    return tuning_sentences(tuning)


def test_the_gain_is_that_of_the_most_views_with_its_interval():
    assert said()[0] == (
        "With 4 views, training the layers above block5 too brings +2.1 points under random views "
        "and +2.1 points (+1.0 to +3.2) on the images as they are."
    )


@pytest.mark.parametrize(
    ("exact", "words"), [(True, "no weight differs"), (False, "3 of 40 answers differ")]
)
def test_it_says_whether_both_ways_train_the_same(exact, words):
    assert words in said(exact=exact)[1]


@pytest.mark.parametrize(
    ("further", "words"),
    [
        (3.4, "takes 2,500 MB for 4 views; against end to end with the same layers, a first "
         "training is 1.2 times as fast, each further one 3.4 times as fast."),
        (1.02, "does not pay: against end to end with the same layers, each further training is "
         "as fast, and it takes 2,500 MB for 4 views."),
        (None, "was not measured on one machine"),
    ],
)  # fmt: skip
def test_it_says_when_caching_below_the_cut_does_not_pay(further, words):
    assert words in said(further)[2]
