"""A split that images come with, and what it lacks."""

import pandas as pd

from viewcache.images.folds import part_by_fraction


def completed(
    split: pd.Series, units: pd.Series, seed: int, validation: float, test: float
) -> pd.Series:
    """The part of every image, those that the split lacks being made from training.

    Args:
        split: train, validation or test, of each image.
        units: What images are parted by.
        validation: Fraction of training for validation, where that is lacking.
        test: Fraction of training for the test, where that is lacking.
    """
    given = set(split)
    fractions = [
        0 if part in given else fraction
        for part, fraction in (("validation", validation), ("test", test))
    ]
    made = units.map(lambda unit: part_by_fraction(unit, seed, *fractions))
    return split.where(split != "train", made)
