"""Training over a sequence of views: one epoch, one view; the same for every arm."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from stages.heads.metrics import classification_metrics

Reader = Callable[[int, np.ndarray], np.ndarray]
"""(view, rows of the training split) -> inputs of the model for these rows."""


def make_deterministic() -> None:
    """Same seed, same machine, same bits."""
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)


def view_of_epoch(epoch: int, budget: int) -> int:
    """The view that an epoch, counted from 1, reads out of `budget` cached views; 0: view 0."""
    return 1 + (epoch - 1) % budget if budget else 0


def order_of_epoch(epoch: int, images: int, seed: int) -> np.ndarray:
    """Order of the training images in an epoch: int64, shape (images,)."""
    return np.random.default_rng((seed, epoch)).permutation(images)


class ViewSequence(keras.utils.PyDataset):
    """Batches of one epoch after another, each epoch in its own order and with its own view."""

    def __init__(
        self, read: Reader, labels: np.ndarray, batch_size: int, budget: int, seed: int
    ) -> None:
        super().__init__()
        self._read, self._budget, self._seed = read, budget, seed
        self._labels = labels.astype(np.float32)[:, None]
        self._batch_size = batch_size
        self._begin(epoch=1)

    def __len__(self) -> int:
        return -(-len(self._labels) // self._batch_size)

    def __getitem__(self, batch: int) -> tuple[np.ndarray, np.ndarray]:
        start = batch * self._batch_size
        rows = self._order[start : start + self._batch_size]
        return self._read(view_of_epoch(self._epoch, self._budget), rows), self._labels[rows]

    def on_epoch_end(self) -> None:
        self._begin(self._epoch + 1)

    def _begin(self, epoch: int) -> None:
        self._epoch = epoch
        self._order = order_of_epoch(epoch, len(self._labels), self._seed)


class ValidatedHistory(keras.callbacks.Callback):
    """Losses and accuracies by epoch; the head is validated on features of the validation images.

    The base is frozen, so validating the head on its features is validating the whole model, and
    costs either way to train the same.
    """

    def __init__(self, head: keras.Model, features: np.ndarray, labels: np.ndarray) -> None:
        super().__init__()
        self.epochs: list[dict[str, Any]] = []
        self._head = head
        self._features, self._labels = features, labels

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logits = np.asarray(self._head(self._features))[:, 0]
        validation = classification_metrics(self._labels, logits)
        self.epochs.append(
            {
                "epoch": epoch + 1,
                **{name: float(value) for name, value in (logs or {}).items()},
                **{f"validation_{name}": value for name, value in validation.items()},
            }
        )


def train(
    model: keras.Model, views: ViewSequence, epochs: int, history: ValidatedHistory
) -> list[dict[str, Any]]:
    """Fit a model over a sequence of views.

    Returns:
        For each epoch: `epoch`, `loss` and `accuracy` while training, and the metrics of
        `classification_metrics` on the validation images, as `validation_accuracy` and so on.
    """
    model.fit(views, epochs=epochs, shuffle=False, verbose=0, callbacks=[history])
    return history.epochs


def save_history(history: list[dict[str, Any]], head: Path) -> None:
    """Write a history beside the head's file, as JSON."""
    head.with_suffix(".json").write_text(json.dumps(history, indent=1) + "\n")


def load_history(head: Path) -> list[dict[str, Any]]:
    return json.loads(head.with_suffix(".json").read_text())
