import numpy as np

from tests.arms.named import named
from viewcache.answers.head_answers import answers_of

ARM, IMAGES = named("cached_2"), np.array([4, 7])


def test_of_two_classes_the_logit_is_that_of_class_1():
    logits = np.log(np.array([[[3], [1 / 4]], [[1 / 9], [1]]], np.float32))
    found = answers_of(ARM, (5, 1), "test", IMAGES, np.array([0, 0]), logits)
    assert (found.arm, found.seed, found.rotation, found.part) == (ARM, 5, 1, "test")
    assert found.training == (5, 1)
    assert found.named.tolist() == [[1, 0], [0, 0]]
    np.testing.assert_allclose(np.exp(found.log_named), [[3 / 4, 4 / 5], [9 / 10, 1 / 2]], 1e-6)
    np.testing.assert_allclose(np.exp(found.log_right), [[1 / 4, 4 / 5], [9 / 10, 1 / 2]], 1e-6)
    assert found.logits is logits


def test_of_more_classes_the_highest_logit_is_that_of_the_class_named():
    logits = np.log(np.array([[[1, 2, 5], [6, 3, 1]]], np.float32))
    found = answers_of(ARM, (5, 1), "validation", IMAGES, np.array([1, 0]), logits)
    assert found.named.tolist() == [[2, 0]]
    np.testing.assert_allclose(np.exp(found.log_named), [[5 / 8, 6 / 10]], 1e-6)
    np.testing.assert_allclose(np.exp(found.log_right), [[2 / 8, 6 / 10]], 1e-6)


def test_an_answer_that_is_all_but_impossible_has_a_finite_log_probability():
    logits = np.array([[[2000], [-2000]]], np.float32)
    found = answers_of(ARM, (0, 0), "test", IMAGES, np.array([0, 1]), logits)
    assert found.log_right.tolist() == [[-2000, -2000]]
    assert found.log_named.tolist() == [[0, 0]]
