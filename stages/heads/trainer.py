"""Training of heads on features in memory: an epoch is one graph, without Python between steps.

The graph holds the same operations, in the same order, as Keras' `fit`, and so trains the same
head to the last bit; what `fit` adds to every step, some milliseconds of it, is left out.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from stages.heads.head import build_head
from stages.heads.schedule import order_of_epoch, view_of_epoch
from stages.heads.training import Validation


class HeadTrainer:
    """Trains one head after another; the graph is traced once.

    Not to be shared by threads: each needs a trainer of its own.
    """

    def __init__(self, width: int, learning_rate: float, *, units: int, dropout: float) -> None:
        self._build = lambda seed: build_head(
            width, learning_rate, seed, units=units, dropout=dropout
        )
        self._head = self._build(0)
        self._head.optimizer.build(self._head.trainable_variables)
        self._run_epoch = tf.function(self._epoch, reduce_retracing=True)

    def train(
        self,
        read_view: Callable[[int], np.ndarray],
        labels: np.ndarray,
        validation: Validation,
        *,
        epochs: int,
        batch_size: int,
        budget: int,
        seed: int,
    ) -> tuple[keras.Model, list[dict[str, Any]]]:
        """Train a head over a sequence of views, as `stages.heads.training.train` does.

        Args:
            read_view: From a view to the features of all training images.

        Returns:
            The head, which the next training changes, and its history.
        """
        self._reset(seed)
        targets = tf.constant(labels, tf.float32)[:, None]
        history = []
        for epoch in range(1, epochs + 1):
            features = tf.constant(read_view(view_of_epoch(epoch, budget)))
            order = tf.constant(order_of_epoch(epoch, len(labels), seed))
            loss, accuracy = self._run_epoch(features, targets, order, tf.constant(batch_size))
            training = {"loss": float(loss), "accuracy": float(accuracy)}
            history.append({"epoch": epoch, **training, **validation.test(self._head)})
        return self._head, history

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
        self, features: tf.Tensor, targets: tf.Tensor, order: tf.Tensor, batch_size: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """One epoch; returns the mean loss and accuracy while training."""
        images = tf.shape(order)[0]
        loss_sum, correct = tf.constant(0.0), tf.constant(0.0)
        for start in tf.range(0, images, batch_size):
            rows = order[start : start + batch_size]
            batch_targets = tf.gather(targets, rows)
            with tf.GradientTape() as tape:
                logits = self._head(tf.gather(features, rows), training=True)
                loss = self._head.loss(batch_targets, logits)
            weights = self._head.trainable_variables
            self._head.optimizer.apply(tape.gradient(loss, weights), weights)
            loss_sum += loss * tf.cast(tf.size(rows), tf.float32)
            correct += tf.reduce_sum(tf.cast((logits > 0) == (batch_targets > 0), tf.float32))
        return loss_sum / tf.cast(images, tf.float32), correct / tf.cast(images, tf.float32)
