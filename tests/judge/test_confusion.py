import numpy as np

from tests.arms.named import named
from tests.judge.heads import answering
from viewcache.judge.confusion import confusion_of, recall, share_right
from viewcache.judge.correctness import named_by_arm

LABELS = np.array([0, 1, 1, 0])
ARM, OTHER = named("cached_1", (3, 7), (0, 1)), named("cached_2", (3,), (0, 1))
HEADS = [
    answering(ARM, 3, 0, [0, 1], [[1, 1], [-1, 1], [1, 1]]),
    answering(ARM, 3, 1, [2, 3], [[1, -1], [1, -1], [1, -1]]),
    answering(ARM, 7, 0, [0, 1], [[-1, 1], [-1, 1], [-1, 1]]),
    answering(ARM, 7, 1, [2, 3], [[-1, -1], [-1, -1], [1, 1]]),
    answering(OTHER, 3, 0, [0, 1, 2, 3], [[-1, -1, -1, -1]] * 3),
]
NAMED = named_by_arm(HEADS)[ARM]


def test_classes_stand_against_what_was_named_over_rotations_mean_over_seeds():
    found = confusion_of(ARM, NAMED, LABELS)
    np.testing.assert_array_equal(found.clean, [[1.5, 0.5], [0.5, 1.5]])
    np.testing.assert_array_equal(found.robustness, [[1.5, 0.5], [0.25, 1.75]])


def test_recall_is_the_share_of_a_class_that_was_named_so():
    np.testing.assert_array_equal(recall(np.array([[9, 1], [2, 2]])), [0.9, 0.5])
    assert share_right(np.array([[9, 1], [2, 2]])) == 11 / 14


def test_the_baseline_is_the_share_of_the_largest_class():
    labels = np.array([0, 1, 1, 1])
    assert confusion_of(ARM, NAMED, labels).largest_share == 0.75
