import numpy as np
import pandas as pd
import pytest

from viewcache.arms.fewer_images import open_sizes
from viewcache.ground.params.loading import load_params
from viewcache.images.parting import write_parts

SETTINGS = load_params().train


@pytest.fixture
def parts(tmp_path):
    table = pd.DataFrame({"unit": [f"unit {number}" for number in range(100)]})
    for number in (0, 1):
        table[f"rotation_{number}"] = np.where(table.index % 2 == number, "test", "train")
    write_parts(tmp_path / "parts.csv", table)
    return tmp_path / "parts.csv"


def test_the_fewest_and_the_most_views_are_trained_on_a_quarter_a_half_and_all(parts):
    sizes = open_sizes(parts, SETTINGS, np.arange(100) // 4 % 2)
    assert [(arm.budget, arm.divisor) for arm in sizes] == [
        (budget, divisor) for divisor in (4, 2, 1) for budget in (0, 10)
    ]
    assert {arm.trainings == [(0, 0), (0, 1)] for arm in sizes} == {True}
    images = [len(rotations[0].train) for rotations in sizes.values()]
    assert images[0] < images[2] < images[4] == 50


def test_every_size_has_heads_of_its_own_and_all_images_those_that_are_compared(parts):
    sizes = open_sizes(parts, SETTINGS, np.arange(100) // 4 % 2)
    files = [arm.head_file(0, 1).as_posix() for arm in sizes if arm.budget == 10]
    assert files == [
        "models/cached/sizes/4/10/0/1.npz",
        "models/cached/sizes/2/10/0/1.npz",
        "models/cached/10/0/1.npz",
    ]


def test_a_number_of_images_that_lacks_a_class_is_left_out(parts):
    whole = open_sizes(parts, SETTINGS, np.arange(100) // 4 % 2)
    quarter = next(iter(whole.values()))[0].train
    half = next(rotations for arm, rotations in whole.items() if arm.divisor == 2)[0].train
    labels = np.zeros(100, int)
    labels[np.setdiff1d(half, quarter)] = 1
    labels[::2] = np.arange(50) // 4 % 2
    assert {arm.divisor for arm in open_sizes(parts, SETTINGS, labels)} == {2, 1}
