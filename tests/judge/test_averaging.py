from dataclasses import replace

import numpy as np
import pytest

from tests.arms.named import named
from tests.judge.heads import answering
from viewcache.judge.averaging import judge_averaging
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import difference_interval

ARM = named("cached_1", (0, 1), range(2))
LABELS = np.zeros(6, int)
RIGHT, WRONG, SURELY_RIGHT = -1, 1, -9
"""Logits of class 1, where class 0 is right."""


def heads(image, *views):
    """Of two seeds in two rotations, which answer alike but for the first image.

    Args:
        image, views: Logits of three images as they are, and in each random view.
    """
    for seed, rotation in ARM.trainings:
        alone = [WRONG if seed else RIGHT, *image[1:]]
        yield answering(
            ARM, seed, rotation, [rotation, 2 + rotation, 4 + rotation], [alone, *views]
        )


def test_means_of_probabilities_are_held_to_the_images_alone():
    mixed = [*heads([RIGHT, WRONG, WRONG], [RIGHT, SURELY_RIGHT, RIGHT])]
    found = judge_averaging(mixed, Sample(LABELS), 0.01)
    alone = np.array([[1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]], float)
    mean = np.array([[1, 1, 1, 1, 1, 1]] * 2, float)
    assert (found.views, found.accuracy) == (1, 1)
    assert found.interval == difference_interval(mean, alone, Sample(LABELS))
    assert found.difference == pytest.approx(5 / 6)


def test_of_views_that_are_the_image_the_mean_is_the_image():
    same = [replace(head, logits=head.logits[[0, 0, 0]]) for head in heads([RIGHT, WRONG, RIGHT])]
    same = [replace(head, named=head.named[[0, 0, 0]]) for head in same]
    found = judge_averaging(same, Sample(LABELS), 0.01)
    assert (found.views, found.difference, found.is_gain) == (2, 0, False)


def test_of_many_classes_probabilities_are_averaged_and_not_logits():
    sure, unsure = [0, 9, 0], [2, 0, 0]
    asked = [answering(ARM, *one, [one[1]], [[sure], [unsure], [unsure]]) for one in ARM.trainings]
    found = judge_averaging(asked, Sample(LABELS[:2]), 0.01)
    assert found.accuracy == 1


def test_without_logits_nothing_is_said():
    first, *others = heads([RIGHT, WRONG, RIGHT], [RIGHT, RIGHT, RIGHT])
    assert judge_averaging([replace(first, logits=None), *others], Sample(LABELS), 0.01) is None
