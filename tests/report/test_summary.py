import pytest

from tests.report.test_tables import ARM, END_TO_END
from viewcache.report.summary import break_even_sentences, headline, key_figures

ARMS = {
    "cached_0": ARM | {"budget": 0},
    "cached_2": ARM | {"budget": 2, "feature_bytes": 5_000_000, "speedup": 2.0},
    "end_to_end": END_TO_END | {"seconds": 40.4, "further_seconds": 35.0, "speedup": 1.0},
}
SAME = {
    "budget": 2,
    "base": "compiled",
    "max_abs_weight_difference": 0.0,
    "is_exact": True,
    "changed_test_predictions": 0,
    "on_keras": {"changed_test_predictions": 7},
}
DECISIONS = [
    {"arm": "end_to_end", "reference": "cached_0", "on": on, "difference": difference}
    for on, difference in (("robustness", 0.188), ("clean", -0.022))
]


def answers(arms=ARMS, equivalence=SAME, decisions=DECISIONS):
    metrics = {"arms": arms, "equivalence": equivalence, "verdict": {"decisions": decisions}}
    return {key.question: (key.answer, key.sentence) for key in key_figures(metrics)}


@pytest.mark.parametrize(
    ("choice", "budget", "words"),
    [
        (None, None, "Not decided"),
        ("cached_0", 0, "no augmentation"),
        ("cached_1", 1, "Cache one augmented view of each image"),
        ("cached_4", 4, "Cache 4 augmented views of each image"),
        ("end_to_end", None, "Train end to end."),
    ],
)
def test_the_headline_says_what_to_do(choice, budget, words):
    assert words in headline({"choice": choice, "budget": budget})


def test_the_questions_are_answered_in_a_figure_each():
    assert {question: answer for question, (answer, _) in answers().items()} == {
        "Is it as accurate?": "the same head",
        "Is a first training faster?": "2.0 to 4.0 times as fast",
        "And every further one?": "10 times as fast",
        "What does augmentation bring?": "+18.8 points",
        "What does it take on disk?": "2 to 5 MB",
    }


def test_heads_that_differ_are_told_by_how_many_answers():
    question = "Is it as accurate?"
    other = SAME | {"changed_test_predictions": 39, "is_exact": False}
    answer, sentence = answers(equivalence=other)[question]
    assert answer == "39 test answers differ"
    assert "cached_2" in sentence
    near = SAME | {"max_abs_weight_difference": 0.07, "is_exact": False}
    assert answers(equivalence=near)[question][0] == "the same answers"


def test_what_another_runtime_changes_is_told_where_there_is_another():
    question = "Is it as accurate?"
    assert answers()[question][1].endswith("last digits: 7.")
    assert "Keras" not in answers(equivalence=SAME | {"base": "keras"})[question][1]


def test_what_was_not_compared_is_not_told():
    questions = answers(equivalence=None, decisions=[])
    assert "Is it as accurate?" not in questions
    assert "What does augmentation bring?" not in questions


def test_times_of_two_machines_give_no_figure():
    apart = {"seconds": None, "further_seconds": None, "speedup": None}
    found = answers({name: arm | apart for name, arm in ARMS.items()})
    assert found["Is a first training faster?"][0] == "not measured on one machine"
    assert found["And every further one?"][0] == "not measured on one machine"


def test_break_even_is_said_in_words():
    assert break_even_sentences(ARMS) == [
        "Against end_to_end, every cached arm costs less from the first training on."
    ]
    dear = ARMS | {"cached_2": ARM | {"budget": 2, "seconds": 80.0}}
    [sentence] = break_even_sentences(dear)
    assert "cached_0 from the first training on, cached_2 from training 3 on" in sentence
