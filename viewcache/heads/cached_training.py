"""Training on cached views as the parameters say: of the arms, and of the export."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from viewcache.features.store import FeatureRows, FeatureView
from viewcache.ground.machine import cores
from viewcache.ground.params.schema import Train
from viewcache.ground.quiet_tensorflow import keras
from viewcache.heads.optimizer import learning_rate_of
from viewcache.heads.saved import Trained
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import ReadingOrder, Validation, make_targets

Head = TypeVar("Head")


class CachedTraining:
    """Trains one head after another on the same views.

    Not to be shared by threads, as `HeadTrainer` is not.

    Args:
        classes: How many there are.
        labels: Of all prepared images.
        views: From a view to its features; view 0 is what heads are watched with.
        upper: As `build_head` takes it; it ends as it was trained last.
    """

    def __init__(
        self,
        settings: Train,
        classes: int,
        labels: np.ndarray,
        views: Mapping[int, FeatureView],
        upper: keras.Model | None = None,
    ) -> None:
        self._settings, self._labels, self._views = settings, labels, views
        width, rate = views[0].rows.row_shape[-1], learning_rate_of(settings)
        self._trainer = HeadTrainer(width, classes, settings.head, rate, upper)

    def train(
        self,
        rows: np.ndarray,
        held_out: np.ndarray,
        views: Sequence[int],
        seed: int,
        kept: Sequence[int] = (),
    ) -> Trained:
        """Train a head.

        Args:
            rows: Of the images that are trained on.
            held_out: Of those that the head is watched with.
            views: The view that each epoch reads.
            kept: Epochs after which weights are kept.
        """
        settings, labels = self._settings, self._labels
        targets = make_targets(labels, rows, settings.class_weights)
        validation = Validation(FeatureRows(self._views[0], held_out), labels[held_out])
        reading = ReadingOrder(views, len(views), settings.batch_size, seed, kept)
        return self._trainer.train(self._views, targets, validation, reading)


def side_by_side(train: Callable[[Sequence[Head]], object], heads: Sequence[Head]) -> None:
    """Share heads out among threads, one a core.

    Args:
        train: Trains some of them, one after another.
    """
    count = min(cores(), len(heads))
    with ThreadPoolExecutor() as workers:
        list(workers.map(train, [heads[share::count] for share in range(count)]))
