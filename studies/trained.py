"""Heads that are really trained, on generated features, in five rotations; the truth is known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from studies.simulated import MARGIN, holds, is_within
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.dense import as_dense, logits
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import ReadingOrder, Validation, make_deterministic, make_targets
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import accuracy_interval, difference_interval

ROTATIONS, WIDTH, TWIN, FEWER = 5, 16, 4, 1
"""Folds, length of a feature vector, and views of the two arms."""

Answering = Callable[[np.ndarray], np.ndarray]
"""(points, shape (images, width)) -> logits, shape (images,)."""
Trainer = Callable[[np.ndarray, np.ndarray, int], Answering]
"""(views, shape (views, images, width); labels; seed) -> a head."""


@dataclass(frozen=True)
class TrainedCase:
    """Two arms whose heads are really trained, on generated features, in five rotations.

    An image is a point about the mean of its class, and a view of it is that point moved. Every
    seed has views of its own. The twin trains on four of them and the other arm on the first.

    Attributes:
        distance: Of the means of the two classes from the origin, in standard deviations.
        shipped: Whether heads are those of the pipeline; else they are linear.
    """

    images: int
    distance: float
    seeds: int
    single: bool = False
    shipped: bool = False

    def tried(self, rng: np.random.Generator, trainer: Trainer) -> tuple[float, ...]:
        """The true accuracy, whether that and the difference are covered, and whether the arm is
        wrongly said to be within the margin, and within one that is exactly its true loss.

        The truth is of these training images, of new seeds, and of new test images: infinitely
        many for linear heads, in closed form.
        """
        labels = np.arange(self.images) % 2
        points = self._points(rng, labels)
        folds = rng.permutation(self.images) % ROTATIONS
        fresh_seeds = 5 if self.shipped else 20
        tables = np.zeros((2, self.seeds, self.images))
        truths = np.zeros((2, fresh_seeds, ROTATIONS))
        for rotation in range(ROTATIONS):
            tested, watched = folds == rotation, folds == (rotation + 1) % ROTATIONS
            train = ~tested & ~watched
            for seed in range(self.seeds + fresh_seeds):
                size = (TWIN, int(train.sum()), WIDTH)
                views = points[train] + rng.normal(size=size)
                for arm, budget in enumerate((FEWER, TWIN)):
                    head = trainer(views[:budget], labels[train], seed)
                    if seed < self.seeds:
                        said = head(points[tested]) > 0
                        tables[arm, seed, tested] = said == labels[tested]
                    else:
                        truths[arm, seed - self.seeds, rotation] = self._truth(rng, head)
        arm, twin = tables[0], tables[1][:1] if self.single else tables[1]
        sample, (truth, other) = Sample(labels), truths.mean(axis=(1, 2))
        difference = difference_interval(arm, twin, sample)
        return (
            truth,
            holds(accuracy_interval(arm, sample), truth),
            holds(difference, truth - other),
            is_within(difference) and truth - other < -MARGIN,
            difference is not None and difference.low > truth - other,
        )

    def _points(self, rng: np.random.Generator, labels: np.ndarray) -> np.ndarray:
        points = rng.normal(size=(len(labels), WIDTH))
        points[:, 0] += self.distance * (2 * labels - 1)
        return points

    def _truth(self, rng: np.random.Generator, head: Answering) -> float:
        if isinstance(head, Linear):
            means = self.distance * np.array([[-1.0], [1.0]]) * np.eye(1, WIDTH)
            return float(ndtr(head(means) * [-1, 1] / np.linalg.norm(head.weights)).mean())
        labels = np.arange(20_000) % 2
        return float(((head(self._points(rng, labels)) > 0) == labels).mean())


class Linear:
    """Least squares on every view, with a ridge of one."""

    def __init__(self, views: np.ndarray, labels: np.ndarray, _: int) -> None:
        inputs = views.reshape(-1, WIDTH)
        targets = np.tile(2.0 * labels - 1, len(views))
        mean = inputs.mean(axis=0)
        centred = inputs - mean
        self.weights = np.linalg.solve(centred.T @ centred + np.eye(WIDTH), centred.T @ targets)
        self._bias = targets.mean() - mean @ self.weights

    def __call__(self, points: np.ndarray) -> np.ndarray:
        return points @ self.weights + self._bias


class Shipped:
    """Trains the pipeline's heads, four epochs each."""

    def __init__(self) -> None:
        make_deterministic()
        settings = HeadSettings(units=16, dropout=0.2, standardize=False, weight_decay=0)
        self._trainer = HeadTrainer(WIDTH, 2, settings, learning_rate=0.01)

    def __call__(self, views: np.ndarray, labels: np.ndarray, seed: int) -> Answering:
        rows, features = np.arange(len(labels)), views.astype(np.float32)
        read = [epoch % len(views) for epoch in range(TWIN)]
        trained = self._trainer.train(
            {view: FeatureView(Rows([each]), rows) for view, each in enumerate(features)},
            make_targets(labels, rows, "none"),
            Validation(features[0][:8], labels[:8]),
            ReadingOrder(read, TWIN, batch_size=32, seed=seed),
        )
        layers = as_dense(trained.weights)
        return lambda points: logits(layers, points.astype(np.float32))[:, 0]
