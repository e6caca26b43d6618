"""Training over a sequence of views: one epoch, one view; the same for every arm."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from viewcache.ground.errors import PipelineError
from viewcache.ground.quiet_tensorflow import keras, tf
from viewcache.heads.answers import predict, score_of
from viewcache.heads.course import order_of_epoch
from viewcache.heads.history import Epoch, Score

if TYPE_CHECKING:
    from viewcache.features.store import FeatureRows

Reader = Callable[[int, np.ndarray], np.ndarray]
"""(view, rows of the prepared images) -> their pixels."""

BatchReader = Callable[[int, Sequence[np.ndarray]], Iterator[np.ndarray]]
"""(view, rows of the prepared images, batch by batch) -> inputs of the model, likewise."""

RunEpoch = Callable[[int, np.ndarray], Score]
"""(view, rows of the training images in the order of the epoch) -> score while training."""


def make_deterministic() -> None:
    """Same seed, same machine, same bits."""
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)


def one_thread_an_operation() -> None:
    """Set the threads of an operation to one, unless the environment has another number.

    It counts only before TensorFlow computes anything. Handing a head's small operations to other
    threads costs more than it saves; the heads are the same to the last bit.
    """
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


class Targets(NamedTuple):
    """Which images are trained on, what they are to be called, and how much each counts.

    Attributes:
        rows: Of the prepared images: int64, shape (training images,).
        labels: int, of all prepared images.
        weights: float32, likewise: of the loss; their mean over the training images is 1.
    """

    rows: np.ndarray
    labels: np.ndarray
    weights: np.ndarray


def make_targets(labels: np.ndarray, rows: np.ndarray, class_weights: str) -> Targets:
    """Targets in which every training image counts the same (`none`) or every class (`balanced`).

    Args:
        labels: Of all prepared images.
        rows: Of those that are trained on.
    """
    weights = np.zeros(len(labels), np.float32)
    weights[rows] = 1
    if class_weights == "balanced":
        # Its import takes a second, which only those pay who want it.
        from sklearn.utils.class_weight import compute_sample_weight

        weights[rows] = compute_sample_weight("balanced", labels[rows])
    return Targets(rows, labels, weights)


@dataclass(frozen=True)
class ReadingOrder:
    """Which views are trained on, and in which order.

    Attributes:
        views: That each epoch reads which is run.
        epochs: Of a whole training, over which the learning rate falls: more than there are
            views where a training is cut short.
        seed: Of the order of the images.
        kept: Epochs after which weights are kept.
    """

    views: Sequence[int]
    epochs: int
    batch_size: int
    seed: int
    kept: Sequence[int] = ()

    def steps(self, images: int) -> int:
        """Steps of a whole training."""
        return self.epochs * -(-images // self.batch_size)


class Validation(NamedTuple):
    """Features and labels of the validation images.

    The base is frozen up to where its rows are, so testing the head on these is testing the whole
    model.

    Attributes:
        features: An array, or what reads its rows when a slice is taken.
    """

    features: "np.ndarray | FeatureRows"
    labels: np.ndarray

    def test(self, head: keras.Model) -> Score:
        """How good a head's answers are; in plain NumPy, since this runs every epoch."""
        return score_of(self.labels, predict(head, self.features))


class Passed(NamedTuple):
    """What a training went through.

    Attributes:
        history: One entry an epoch that was run.
        kept: Weights by the epoch after which they were kept, as `keras.Model.get_weights`.
    """

    history: list[Epoch]
    kept: dict[int, list[np.ndarray]]


def train(
    run_epoch: RunEpoch,
    head: keras.Model,
    rows: np.ndarray,
    validation: Validation,
    reading: ReadingOrder,
) -> Passed:
    """Train over a sequence of views.

    Args:
        run_epoch: Trains the head for one epoch.
        rows: Of the training images.

    Raises:
        PipelineError: the loss is no longer finite.
    """
    history, kept = [], {}
    for epoch, view in enumerate(reading.views, start=1):
        trained = run_epoch(view, rows[order_of_epoch(epoch, len(rows), reading.seed)])
        tested = validation.test(head)
        if not np.isfinite(tested.loss):
            rule = f"training must not diverge (train.learning_rate), as in epoch {epoch}"
            raise PipelineError(rule, f"a loss of {tested.loss}")
        history.append(Epoch(epoch, *trained, *tested))
        if epoch in reading.kept:
            kept[epoch] = head.get_weights()
    return Passed(history, kept)


def by_fit(model: keras.Model, read: BatchReader, targets: Targets, batch_size: int) -> RunEpoch:
    """Epochs by Keras' `fit`, whose model may be the base and the head or the head by itself.

    Args:
        read: Gives the model's inputs.
    """

    def run_epoch(view: int, order: np.ndarray) -> Score:
        batches = batches_of_epoch(read, view, order, targets, batch_size, model.inputs[0])
        history = model.fit(batches, shuffle=False, verbose=0).history
        return Score(history["loss"][0], history["accuracy"][0])

    return run_epoch


def batches_of_epoch(
    read: BatchReader,
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
        for rows, inputs in zip(parts, read(view, parts), strict=True):
            yield inputs, targets.labels[rows][:, None], targets.weights[rows]

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
