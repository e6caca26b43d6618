"""Training of heads on features in memory: an epoch is one graph, without Python between steps.

The graph holds the same operations, in the same order, as Keras' `fit`, and so trains the same
head to the last bit; what `fit` adds to every step, some milliseconds of it, is left out.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from viewcache.features.store import FeatureView
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.quiet_tensorflow import keras, tf
from viewcache.heads.head import build_head
from viewcache.heads.history import Score
from viewcache.heads.optimizer import LearningRate
from viewcache.heads.saved import Trained, starting_point
from viewcache.heads.training import ReadingOrder, Targets, Validation, train

CHUNK_BYTES = 2**26
"""Of features that are in memory at a time, whatever the size of their file."""


class HeadTrainer:
    """Trains one head after another; the graph is traced once.

    Not to be shared by threads: each needs a trainer of its own.

    Args:
        width, upper: As `build_head` takes them.
    """

    def __init__(
        self,
        width: int,
        classes: int,
        settings: HeadSettings,
        learning_rate: LearningRate,
        upper: keras.Model | None = None,
    ) -> None:
        features = upper.output_shape[-1] if upper else width
        self._build = lambda seed: build_head(features, classes, settings, learning_rate, seed)
        self._loaded = [np.array(variable) for variable in upper.variables] if upper else []
        self._head = build_head(width, classes, settings, learning_rate, 0, upper)
        self._head.optimizer.build(self._head.trainable_variables)
        self._run_steps = tf.function(self._steps, reduce_retracing=True)

    def train(
        self,
        views: Mapping[int, FeatureView],
        targets: Targets,
        validation: Validation,
        reading: ReadingOrder,
    ) -> Trained:
        """Train a head over a sequence of views, as `fit` does.

        Args:
            views: From a view to its features, of the training images at least.
        """
        self._start_again(reading.seed, reading.steps(len(targets.rows)))
        start = starting_point(self._head, self._head.optimizer)
        labels, batch_size = targets.labels[:, None].astype(np.float32), reading.batch_size

        def run_epoch(view: int, order: np.ndarray) -> Score:
            sums = [
                self._run_steps(
                    tf.constant(views[view].of(rows)),
                    tf.constant(labels[rows]),
                    tf.constant(targets.weights[rows]),
                    tf.constant(batch_size),
                )
                for rows in chunks(views[view], order, batch_size)
            ]
            loss, correct = np.sum(sums, axis=0)
            return Score(float(loss) / len(order), float(correct) / len(order))

        passed = train(run_epoch, self._head, targets.rows, validation, reading)
        return Trained(self._head.get_weights(), passed.history, start, passed.kept)

    def _start_again(self, seed: int, steps: int) -> None:
        """Bring back initial weights and dropout state, and forget what the optimizer saw."""
        values = [*self._loaded, *self._build(seed).variables]
        for variable, value in zip(self._head.variables, values, strict=True):
            variable.assign(value)
        self._head.optimizer.start_again(steps)

    def _steps(
        self, features: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor, batch_size: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Steps over images in the order of the epoch.

        Returns:
            Sum of the losses while training, and number of images that were named right.
        """
        loss_sum, correct = tf.constant(0.0), tf.constant(0.0)
        for start in tf.range(0, tf.shape(features)[0], batch_size):
            batch, batch_labels, batch_weights = (
                of[start : start + batch_size] for of in (features, labels, weights)
            )
            with tf.GradientTape() as tape:
                logits = self._head(batch, training=True)
                loss = self._head.loss(batch_labels, logits, batch_weights)
            variables = self._head.trainable_variables
            self._head.optimizer.apply(tape.gradient(loss, variables), variables)
            loss_sum += loss * tf.cast(tf.shape(batch)[0], tf.float32)
            correct += tf.reduce_sum(_is_correct(batch_labels, logits))
        return loss_sum, correct


def chunks(view: FeatureView, order: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
    """An epoch's rows in pieces of whole batches, of at most `CHUNK_BYTES` of features.

    Of a larger file each piece is fetched while the one before it is trained on, and what was read
    leaves the memory with its piece.
    """
    size = max(1, CHUNK_BYTES // (view.rows.row_bytes * batch_size)) * batch_size
    if size >= len(order):
        yield order
        return
    pieces = np.split(order, range(size, len(order), size))
    with ThreadPoolExecutor(1) as ahead:
        fetching = ahead.submit(view.fetch, pieces[0])
        for piece, following in pairwise([*pieces, order[:0]]):
            fetching.result()
            fetching = ahead.submit(view.fetch, following)
            yield piece
            view.release(piece)


def _is_correct(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """1 where the predicted class is the label, else 0: float32, shape (images, 1)."""
    if logits.shape[-1] == 1:
        predicted = tf.cast(logits > 0, labels.dtype)
    else:
        predicted = tf.cast(tf.argmax(logits, axis=-1)[:, None], labels.dtype)
    return tf.cast(predicted == labels, tf.float32)
