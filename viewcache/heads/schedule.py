"""Which view an epoch reads, and in which order: the same for every arm."""

import hashlib

import numpy as np


def views_of_budget(budget: int) -> list[int]:
    """The views that training on a budget of cached views reads; 0: view 0."""
    return list(range(1, budget + 1)) if budget else [0]


def view_of_epoch(epoch: int, budget: int) -> int:
    """The view that an epoch, counted from 1, reads out of `budget` cached views; 0: view 0."""
    views = views_of_budget(budget)
    return views[(epoch - 1) % len(views)]


def order_of_epoch(epoch: int, images: int, seed: int) -> np.ndarray:
    """Order of the training images in an epoch: int64, shape (images,).

    By a hash, since NumPy promises the stream of no generator to its next version (NEP 19).
    """
    keys = hashlib.shake_128(f"order/{seed}/{epoch}".encode()).digest(8 * images)
    return np.frombuffer(keys, "<u8").argsort(kind="stable").astype(np.int64)
