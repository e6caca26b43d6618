"""Training over a sequence of views: one epoch, one view; the same for every arm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from sklearn.utils.class_weight import compute_sample_weight

from viewcache.ground.errors import PipelineError
from viewcache.heads.metrics import losses, predicted_classes
from viewcache.heads.schedule import order_of_epoch, view_of_epoch
from viewcache.heads.stopping import BestHead

Reader = Callable[[int, np.ndarray], np.ndarray]
"""(view, rows of the training split) -> inputs of the model for these rows."""
RunEpoch = Callable[[int, int, np.ndarray], dict[str, float]]
"""(epoch, view, order of the training images) -> mean metrics while training."""


def make_deterministic() -> None:
    """Same seed, same machine, same bits."""
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)


class Targets(NamedTuple):
    """What the training images are to be called, and how much each counts.

    Attributes:
        labels: int, shape (images,).
        weights: float32, shape (images,), of the loss; their mean is 1.
    """

    labels: np.ndarray
    weights: np.ndarray


def make_targets(labels: np.ndarray, class_weights: str) -> Targets:
    """Targets in which every image counts the same (`none`) or every class (`balanced`)."""
    mode = None if class_weights == "none" else class_weights
    return Targets(labels, compute_sample_weight(mode, labels).astype(np.float32))


@dataclass(frozen=True)
class Schedule:
    """Which views are trained on, and in which order.

    Attributes:
        budget: Number of views that the epochs go through; 0: view 0.
        seed: Of the order of the images.
        patience: After so many epochs in which the validation loss has not fallen below its
            lowest, training stops, and the head of the lowest is kept; None: all epochs are run
            and the last head is kept.
    """

    epochs: int
    batch_size: int
    budget: int
    seed: int
    patience: int | None


class Validation(NamedTuple):
    """Features and labels of the validation images.

    The base is frozen, so testing the head on its features is testing the whole model.
    """

    features: np.ndarray
    labels: np.ndarray

    def test(self, head: keras.Model) -> dict[str, float]:
        """Accuracy and mean cross-entropy, in a line of NumPy each: this runs every epoch."""
        logits = np.asarray(head(self.features))
        return {
            "validation_loss": float(losses(self.labels, logits).mean()),
            "validation_accuracy": float((predicted_classes(logits) == self.labels).mean()),
        }


def train(
    run_epoch: RunEpoch, head: keras.Model, images: int, validation: Validation, schedule: Schedule
) -> list[dict[str, Any]]:
    """Train over a sequence of views.

    Args:
        run_epoch: Trains the head for one epoch.
        images: Number of training images.

    Returns:
        For each epoch that was run: `epoch`, `loss` and `accuracy` while training,
        `validation_loss`, `validation_accuracy`, and `kept`: whether the head is that epoch's.

    Raises:
        PipelineError: the loss is no longer finite.
    """
    history: list[dict[str, Any]] = []
    best = BestHead(head, schedule.patience)
    for epoch in range(1, schedule.epochs + 1):
        view = view_of_epoch(epoch, schedule.budget)
        training = run_epoch(epoch, view, order_of_epoch(epoch, images, schedule.seed))
        tested = validation.test(head)
        if not np.isfinite(tested["validation_loss"]):
            rule = f"training must not diverge (train.learning_rate), as in epoch {epoch}"
            raise PipelineError(rule, f"a loss of {tested['validation_loss']}")
        history.append({"epoch": epoch, **training, **tested})
        if best.has_stalled(epoch, tested["validation_loss"]):
            break
    kept = best.restore()
    return [{**entry, "kept": entry["epoch"] == kept} for entry in history]


def by_fit(model: keras.Model, read: Reader, targets: Targets, batch_size: int) -> RunEpoch:
    """Epochs by Keras' `fit`, whose model may be the base and the head or the head by itself.

    Args:
        read: Gives the model's inputs.
    """

    def run_epoch(epoch: int, view: int, order: np.ndarray) -> dict[str, float]:
        batches = batches_of_epoch(read, view, order, targets, batch_size, model.inputs[0])
        history = model.fit(
            batches, initial_epoch=epoch - 1, epochs=epoch, shuffle=False, verbose=0
        ).history
        return {name: values[0] for name, values in history.items()}

    return run_epoch


def batches_of_epoch(
    read: Reader,
    view: int,
    order: np.ndarray,
    targets: Targets,
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

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        for rows in parts:
            yield read(view, rows), targets.labels[rows][:, None], targets.weights[rows]

    signature = (
        tf.TensorSpec(inputs.shape, inputs.dtype),
        tf.TensorSpec((None, 1), tf.float32),
        tf.TensorSpec((None,), tf.float32),
    )
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    counted = dataset.apply(tf.data.experimental.assert_cardinality(len(parts)))
    # Where it is on, its thread can hold up the end of an epoch for as long as the epoch took.
    options = tf.data.Options()
    options.autotune.enabled = False
    return counted.prefetch(2).with_options(options)
