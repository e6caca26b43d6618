"""Which view an epoch reads, and in which order: the same for every arm."""

import hashlib
from dataclasses import dataclass

import numpy as np

from viewcache.ground.params.epochs import Originals, random_views_of


@dataclass(frozen=True)
class Course:
    """What a training goes through, epoch by epoch.

    Attributes:
        random_views: How many there are to be read: ids 1, 2, ...
    """

    epochs: int
    originals: Originals
    random_views: int

    def views(self, budget: int, seed: int) -> list[int]:
        """The view that every epoch reads, counted from epoch 1.

        Random views stand in an order of the seed's own, so that no two seeds rest on the same
        first ones; a budget goes round that many from its beginning. Budget 0 is view 0 alone.
        """
        if budget == 0:
            return [0] * self.epochs
        order = self.order(seed)[:budget]
        step = 2 if self.originals == "every_second" else 1
        return [
            0 if self.shows_originals(epoch) else order[(epoch - 1) // step % budget]
            for epoch in range(1, self.epochs + 1)
        ]

    @property
    def ids(self) -> range:
        """Ids of the random views."""
        return range(1, self.random_views + 1)

    def shows_originals(self, epoch: int) -> bool:
        """Whether an epoch, counted from 1, of an arm that augments shows images as they are."""
        return self.originals == "every_second" and epoch % 2 == 0

    def order(self, seed: int) -> list[int]:
        """Ids of the random views, in the order of a seed's own."""
        return sorted(self.ids, key=lambda view: _hash(f"views/{seed}/{view}"))


def course(epochs: int, originals: Originals) -> Course:
    """The course of end to end."""
    return Course(epochs, originals, random_views_of(epochs, originals))


def order_of_epoch(epoch: int, images: int, seed: int) -> np.ndarray:
    """Order of the training images in an epoch: int64, shape (images,).

    By a hash, since NumPy promises the stream of no generator to its next version (NEP 19).
    """
    keys = hashlib.shake_128(f"order/{seed}/{epoch}".encode()).digest(8 * images)
    return np.frombuffer(keys, "<u8").argsort(kind="stable").astype(np.int64)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
