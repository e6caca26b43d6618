"""Training of heads on features in memory: an epoch is one graph, without Python between steps.

The graph holds the same operations, in the same order, as Keras' `fit`, and so trains the same
head to the last bit; what `fit` adds to every step, some milliseconds of it, is left out.
"""

from collections.abc import Mapping

import numpy as np

from viewcache.features.store import FeatureView
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.quiet_tensorflow import tf
from viewcache.heads.head import build_head
from viewcache.heads.history import Score
from viewcache.heads.saved import Trained, starting_point
from viewcache.heads.training import Schedule, Targets, Validation, train


class HeadTrainer:
    """Trains one head after another; the graph is traced once.

    Not to be shared by threads: each needs a trainer of its own.
    """

    def __init__(
        self, width: int, classes: int, settings: HeadSettings, learning_rate: float
    ) -> None:
        self._build = lambda seed: build_head(width, classes, settings, learning_rate, seed)
        self._head = self._build(0)
        self._head.optimizer.build(self._head.trainable_variables)
        self._run_epoch = tf.function(self._epoch, reduce_retracing=True)

    def train(
        self,
        views: Mapping[int, FeatureView],
        targets: Targets,
        validation: Validation,
        schedule: Schedule,
    ) -> Trained:
        """Train a head over a sequence of views, as `fit` does.

        Args:
            views: From a view to its features, of the training images at least.

        Returns:
            The head, which the next training changes, and how it came about.
        """
        self._reset(schedule.seed)
        start = starting_point(self._head, self._head.optimizer)
        labels, weights = tf.constant(targets.labels, tf.float32)[:, None], targets.weights
        batch_size = tf.constant(schedule.batch_size)

        def run_epoch(view: int, order: np.ndarray) -> Score:
            features, places = tf.constant(views[view].features), views[view].places[order]
            loss, accuracy = self._run_epoch(
                features,
                tf.constant(places),
                tf.gather(labels, order),
                tf.gather(weights, order),
                batch_size,
            )
            return Score(float(loss), float(accuracy))

        history = train(run_epoch, self._head, targets.rows, validation, schedule)
        return Trained(self._head, history, start)

    def _reset(self, seed: int) -> None:
        """Initial weights and dropout masks of a seed, and an optimizer that has seen nothing."""
        for variable, initial in zip(
            self._head.variables, self._build(seed).variables, strict=True
        ):
            variable.assign(initial)
        optimizer = self._head.optimizer
        for variable in optimizer.variables:
            if variable is not optimizer._learning_rate:
                variable.assign(tf.zeros_like(variable.value))

    def _epoch(
        self,
        features: tf.Tensor,
        places: tf.Tensor,
        labels: tf.Tensor,
        weights: tf.Tensor,
        batch_size: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """One epoch; returns the mean loss and accuracy while training.

        Args:
            places: Rows of the features, in the order of the epoch; so are labels and weights.
        """
        images = tf.shape(places)[0]
        loss_sum, correct = tf.constant(0.0), tf.constant(0.0)
        for start in tf.range(0, images, batch_size):
            end = start + batch_size
            rows, batch_labels = places[start:end], labels[start:end]
            with tf.GradientTape() as tape:
                logits = self._head(tf.gather(features, rows), training=True)
                loss = self._head.loss(batch_labels, logits, weights[start:end])
            variables = self._head.trainable_variables
            self._head.optimizer.apply(tape.gradient(loss, variables), variables)
            loss_sum += loss * tf.cast(tf.size(rows), tf.float32)
            correct += tf.reduce_sum(_is_correct(batch_labels, logits))
        return loss_sum / tf.cast(images, tf.float32), correct / tf.cast(images, tf.float32)


def _is_correct(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """1 where the predicted class is the label, else 0: float32, shape (images, 1)."""
    if logits.shape[-1] == 1:
        predicted = tf.cast(logits > 0, labels.dtype)
    else:
        predicted = tf.cast(tf.argmax(logits, axis=-1)[:, None], labels.dtype)
    return tf.cast(predicted == labels, tf.float32)
