import numpy as np
import pytest

from tests.arms.named import named
from tests.judge.heads import answering
from viewcache.judge.correctness import named_by_arm
from viewcache.judge.disagreement import find_disagreement

LABELS = np.array([0, 1, 1, 0, 1])
PLAIN, TWIN = (named(name, (0, 1, 2), (0, 1)) for name in ("cached_0", "cached_2"))
SAID = {
    (PLAIN, 0): [0, 1, 0, 0],
    (PLAIN, 1): [0, 1, 0, 1],
    (PLAIN, 2): [0, 1, 0, 0],
    (TWIN, 0): [0, 1, 1, 0],
    (TWIN, 1): [0, 1, 0, 0],
    (TWIN, 2): [0, 1, 1, 0],
}
ROTATIONS = ([1, 3], [0, 2])
"""Image 4 is never tested."""


def heads():
    for (arm, seed), answers in SAID.items():
        for number, rows in enumerate(ROTATIONS):
            said = np.array(answers)[rows] - 0.5
            yield answering(arm, seed, number, rows, [said, -said])


@pytest.fixture
def found():
    return find_disagreement(named_by_arm(heads()), LABELS)


def test_arms_disagree_where_most_of_their_seeds_do(found):
    assert (found.images, found.share) == (4, 0.25)


def test_images_are_those_on_which_augmentation_changes_most(found):
    assert found.between == (PLAIN, TWIN)
    assert found.rows.tolist() == [2, 3]


def test_each_arm_says_something_by_a_share_of_its_seeds(found):
    plain, twin = found.answers[PLAIN], found.answers[TWIN]
    assert (plain.classes.tolist(), twin.classes.tolist()) == ([0, 0], [1, 0])
    assert plain.shares.tolist() == pytest.approx([1, 2 / 3])
    assert twin.shares.tolist() == pytest.approx([2 / 3, 1])


def test_of_as_many_seeds_the_first_class_counts():
    halves = named("cached_0", (0, 1), (0,)), named("cached_2", (0, 1), (0,))
    said = {(halves[0], 0): -1, (halves[0], 1): 1, (halves[1], 0): 1, (halves[1], 1): 1}
    heads = [answering(*training, 0, [0], [[logit], [0]]) for training, logit in said.items()]
    answers = find_disagreement(named_by_arm(heads), LABELS).answers
    assert [(*of.classes, *of.shares) for of in answers.values()] == [(0, 0.5), (1, 1)]
