"""Training over a sequence of views: one epoch, one view; the same for every arm."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from stages.heads.schedule import order_of_epoch, view_of_epoch

Reader = Callable[[int, np.ndarray], np.ndarray]
"""(view, rows of the training split) -> inputs of the model for these rows."""


def make_deterministic() -> None:
    """Same seed, same machine, same bits."""
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)


def batches_of_epoch(
    read: Reader,
    view: int,
    order: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    inputs: keras.KerasTensor,
) -> tf.data.Dataset:
    """The batches of one epoch: one view of all training images, in one order.

    One epoch only, and not a `PyDataset`: Keras reads the first batches of one beforehand, and
    moves it on to its next epoch once before it trains on the first.

    Args:
        inputs: The model's inputs, for their shape and dtype.
    """

    parts = np.split(order, range(batch_size, len(order), batch_size))

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for rows in parts:
            yield read(view, rows), labels[rows].astype(np.float32)[:, None]

    signature = tf.TensorSpec(inputs.shape, inputs.dtype), tf.TensorSpec((None, 1), tf.float32)
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    counted = dataset.apply(tf.data.experimental.assert_cardinality(len(parts)))
    return counted.prefetch(tf.data.AUTOTUNE)


class Validation(NamedTuple):
    """Features and labels of the validation images.

    The base is frozen, so testing the head on its features is testing the whole model.
    """

    features: np.ndarray
    labels: np.ndarray

    def test(self, head: keras.Model) -> dict[str, float]:
        """Accuracy and mean cross-entropy, in a line of NumPy each: this runs every epoch."""
        logits = np.asarray(head(self.features))[:, 0].astype(np.float64)
        losses = np.logaddexp(0, logits) - self.labels * logits
        return {
            "validation_loss": float(losses.mean()),
            "validation_accuracy": float(((logits > 0) == self.labels).mean()),
        }


def train(
    model: keras.Model,
    head: keras.Model,
    read: Reader,
    labels: np.ndarray,
    validation: Validation,
    *,
    epochs: int,
    batch_size: int,
    budget: int,
    seed: int,
) -> list[dict[str, Any]]:
    """Fit a model over a sequence of views.

    Args:
        model: What is fitted: the head by itself, or the base and the head.
        read: Gives the model's inputs.
        labels: Of the training images, 0 or 1.
        budget: Number of views that the epochs go through; 0: view 0.
        seed: Of the order of the images.

    Returns:
        For each epoch: `epoch`, `loss` and `accuracy` while training, and `validation_loss` and
        `validation_accuracy`.
    """
    history = []
    for epoch in range(1, epochs + 1):
        order = order_of_epoch(epoch, len(labels), seed)
        batches = batches_of_epoch(
            read, view_of_epoch(epoch, budget), order, labels, batch_size, model.inputs[0]
        )
        fitted = model.fit(
            batches, initial_epoch=epoch - 1, epochs=epoch, shuffle=False, verbose=0
        ).history
        training = {name: values[0] for name, values in fitted.items()}
        history.append({"epoch": epoch, **training, **validation.test(head)})
    return history


def save_history(history: list[dict[str, Any]], head: Path) -> None:
    """Write a history beside the head's file, as JSON."""
    head.with_suffix(".json").write_text(json.dumps(history, indent=1) + "\n")


def load_history(head: Path) -> list[dict[str, Any]]:
    return json.loads(head.with_suffix(".json").read_text())
