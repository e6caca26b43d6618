import pandas as pd
import pytest

from tests.images.test_folds import digests, parted, table
from viewcache.images.folds import part_by_fraction
from viewcache.images.given_split import completed


@pytest.mark.parametrize(
    ("given", "validation", "test"), [("test", 0.3, 0), ("validation", 0, 0.3), ("train", 0.3, 0.3)]
)
def test_what_a_split_lacks_is_made_from_training(given, validation, test):
    units = pd.Series(digests(40))
    split = pd.Series(["train"] * 30 + [given] * 10)
    whole = completed(split, units, 7, 0.3, 0.3)
    made = units.map(lambda unit: part_by_fraction(unit, 7, validation, test))
    assert whole[split == "train"].equals(made[split == "train"])
    assert set(whole) == {"train", "validation", "test"}
    if given != "train":
        assert (whole[30:] == given).all()


def test_a_whole_split_is_kept():
    split = pd.Series(["train", "test", "validation"] * 9)
    assert completed(split, pd.Series(digests(27)), 0, 0.3, 0.3).equals(split)


def test_equal_images_of_training_stay_together():
    names = digests(20) * 2
    index = table(digest=[*names, "other"], split=["train"] * 40 + ["test"])
    parts = parted(index, None)["rotation_0"]
    assert parts[:20].tolist() == parts[20:40].tolist()
    assert set(parts) == {"train", "validation", "test"}
