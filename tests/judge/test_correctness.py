import numpy as np

from tests.arms.named import named
from tests.judge.heads import answering
from viewcache.judge.correctness import correctness, named_by_arm

LABELS = np.array([0, 1, 1])
ARM = named("cached_1", (3, 7), (0, 1))


def test_an_arm_is_right_by_seed_and_image_on_the_clean_view_and_on_random_ones():
    heads = [
        answering(ARM, 7, 0, [0, 1, 2], [[1, 1, 1], [-1, 1, 1], [1, 1, 1]]),
        answering(ARM, 3, 0, [0, 1, 2], [[-1, 1, -1], [-1, -1, 1], [-1, 1, 1]]),
    ]
    found = correctness(LABELS, named_by_arm(heads)[ARM])
    np.testing.assert_array_equal(found["clean"], [[1, 1, 0], [0, 1, 1]])
    np.testing.assert_array_equal(found["robustness"], [[1, 0.5, 1], [0.5, 1, 1]])


def test_images_are_in_the_order_of_the_index_whatever_rotation_tests_them():
    heads = [
        answering(ARM, 3, 1, [0, 2], [[1, 1], [-1, 1]]),
        answering(ARM, 3, 0, [1], [[1], [-1]]),
    ]
    found = correctness(LABELS, named_by_arm(heads)[ARM])
    np.testing.assert_array_equal(found["clean"], [[0, 1, 1]])
    np.testing.assert_array_equal(found["robustness"], [[1, 0, 1]])


def test_an_arm_of_one_rotation_has_its_own_images_only():
    arm = named("end_to_end", (0,), (0,))
    heads = [answering(arm, 0, 0, [1, 2], [[1, -1], [1, 1]])]
    found = correctness(LABELS, named_by_arm(heads)[arm])
    np.testing.assert_array_equal(found["clean"], [[1, 0]])


def test_heads_of_many_classes_are_right_where_the_highest_logit_is():
    scores = np.eye(3)[None].repeat(2, axis=0)
    heads = [answering(ARM, 0, 0, [0, 1, 2], scores)]
    found = correctness(LABELS, named_by_arm(heads)[ARM])
    np.testing.assert_array_equal(found["clean"], [[1, 1, 0]])
