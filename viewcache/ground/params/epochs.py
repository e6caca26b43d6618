"""How long heads are trained, and how many random views that takes."""

from typing import Literal

Originals = Literal["every_second", "never"]
"""Which epochs show the images as they are: the even ones, or none, as in the book."""

STEPS = 2000
"""That `train.epochs: auto` makes, about."""
FEWEST, MOST, ROUND = 40, 200, 10
"""Epochs that `auto` makes at least, at most, and in multiples of: an image more changes none."""


def epochs_for(images: int, batch_size: int) -> int:
    """The epochs that `train.epochs: auto` stands for.

    A head is trained to the end by its steps, so small sets need more epochs.

    Args:
        images: Number of training images.
    """
    epochs = STEPS / -(-images // batch_size)
    return min(max(round(epochs / ROUND) * ROUND, FEWEST), MOST)


def random_views_of(epochs: int, originals: Originals) -> int:
    """How many random views end to end renders: one for each epoch that shows one."""
    return (epochs + 1) // 2 if originals == "every_second" else epochs
