"""Whether blocks of neighbours, one after the other, train as good a head as a whole permutation.

`dvc repro extract && python -m studies.blocks`: with the images, folds, seeds and views of
`params.yaml`; minutes. Each block is shuffled in itself, and no two are mixed; blocks of
one are a control. Prepared images lie in the order of their digests, so that neighbours are of one
class no more than others: what that is worth, training images tell that lie class by class.
"""

from collections.abc import Callable
from itertools import product
from unittest.mock import patch

import numpy as np

from viewcache.arms.arm import cached_arms
from viewcache.features.store import open_views
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PARTS, PREPARED, planned_views
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads import training
from viewcache.heads.answers import predicted_classes
from viewcache.heads.cached_training import CachedTraining
from viewcache.heads.course import order_of_epoch
from viewcache.heads.dense import as_dense, logits
from viewcache.images.folds import Rotation, open_rotations
from viewcache.images.prepared import open_prepared, read_classes
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import difference_interval
from viewcache.report.words import with_interval

NEIGHBOURS = (1, 32, 128, 400)


def main() -> None:
    training.make_deterministic()
    heads = Heads()
    whole, sample = heads.right(len(heads.labels)), Sample(heads.labels)
    print(f"whole permutation: {100 * whole.mean():.2f} %", flush=True)
    for by_class, neighbours in product((False, True), NEIGHBOURS):
        found = difference_interval(heads.right(neighbours, by_class), whole, sample)
        assert found is not None
        estimate, low, high = (100 * share for share in (found.estimate, found.low, found.high))
        lie = "class by class" if by_class else "as prepared"
        told = with_interval(estimate, low, high, "+.2f", " points")
        print(f"blocks of {neighbours}, images {lie}: {told}", flush=True)


class Heads:
    """Heads of all folds and seeds, on all random views."""

    def __init__(self) -> None:
        params, images, classes = load_params(), open_prepared(PREPARED), read_classes(PREPARED)
        self.labels, self._rotations = images.labels, open_rotations(PARTS)
        *_, self._twin = cached_arms(params, self._rotations)
        views = open_views(planned_views(), images.digests)
        self._tests = [views[view] for view in ids_of_test_views(params.evaluate.test_views)]
        self._training = CachedTraining(params.train, len(classes), self.labels, views)

    def right(self, neighbours: int, by_class: bool = False) -> np.ndarray:
        """On which share of its test views an image is named right: shape (seeds, images)."""
        table = np.zeros((len(self._twin.seeds), len(self.labels)))
        with patch.object(training, "order_of_epoch", in_blocks(neighbours)):
            for (row, seed), rotation in product(enumerate(self._twin.seeds), self._rotations):
                table[row, rotation.test] = self._tested(rotation, seed, by_class)
        return table

    def _tested(self, rotation: Rotation, seed: int, by_class: bool) -> np.ndarray:
        rows, tested = rotation.train, rotation.test
        if by_class:
            rows = rows[self.labels[rows].argsort(kind="stable")]
        views = self._twin.views(seed)
        layers = as_dense(self._training.train(rows, rotation.validation, views, seed).weights)
        answers = (logits(layers, view.of(tested)) for view in self._tests)
        return np.mean([predicted_classes(each) == self.labels[tested] for each in answers], axis=0)


def in_blocks(neighbours: int) -> Callable[[int, int, int], np.ndarray]:
    """As `order_of_epoch`, but block after block, in any order of the blocks."""

    def order(epoch: int, images: int, seed: int) -> np.ndarray:
        shuffled = order_of_epoch(epoch, images, seed)
        blocks = order_of_epoch(epoch, -(-images // neighbours), seed)
        return shuffled[blocks[shuffled // neighbours].argsort(kind="stable")]

    return order


if __name__ == "__main__":
    main()
