"""Which view an epoch reads, and in which order: the same for every arm."""

import hashlib
from collections.abc import Sequence

import numpy as np


def views_of_training(budget: int, random_views: Sequence[int], seed: int) -> list[int]:
    """The views that a training goes through, epoch by epoch, and over again.

    Random views stand in an order of the seed's own, so that no two seeds rest on the same first
    ones; a budget takes that many from its beginning. Budget 0 is view 0.
    """
    if budget == 0:
        return [0]
    return sorted(random_views, key=lambda view: _hash(f"views/{seed}/{view}"))[:budget]


def view_of_epoch(epoch: int, views: Sequence[int]) -> int:
    """The view that an epoch, counted from 1, reads."""
    return views[(epoch - 1) % len(views)]


def order_of_epoch(epoch: int, images: int, seed: int) -> np.ndarray:
    """Order of the training images in an epoch: int64, shape (images,).

    By a hash, since NumPy promises the stream of no generator to its next version (NEP 19).
    """
    keys = hashlib.shake_128(f"order/{seed}/{epoch}".encode()).digest(8 * images)
    return np.frombuffer(keys, "<u8").argsort(kind="stable").astype(np.int64)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
