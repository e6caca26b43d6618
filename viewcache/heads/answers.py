"""What a head answers: of rows its logits, and what these say."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import log_softmax, softmax

from viewcache.heads.dense import Dense, as_dense, logits
from viewcache.heads.history import Score

if TYPE_CHECKING:
    from viewcache.features.store import FeatureRows
    from viewcache.ground.quiet_tensorflow import keras

AT_ONCE = 2**10
"""Rows that are in memory at a time; of activations, every place on their map counts as one."""


class Head(NamedTuple):
    """A head that answers.

    Attributes:
        upper: From rows to features; None where rows are features.
        layers: What is above, as `logits` takes them.
    """

    upper: Callable[[np.ndarray], np.ndarray] | None
    layers: Sequence[Dense]

    def logits(self, rows: np.ndarray) -> np.ndarray:
        """float32, shape (images, outputs of the last layer).

        Args:
            rows: float, shape (images, *row shape).
        """
        rows = rows.astype(np.float32)
        return logits(self.layers, self.upper(rows) if self.upper else rows)

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """Of every class, where the last layer has an output for each: likewise."""
        return softmax(self.logits(rows), axis=1)


def as_head(weights: Sequence[np.ndarray], upper: "keras.Model | None") -> Head:
    """A head of given weights, as `keras.Model.get_weights` gave them.

    Args:
        upper: The layers above a cut, which take over the head's weights: until the next head does.
    """
    if upper is None:
        return Head(None, as_dense(weights))
    count = len(upper.weights)
    upper.set_weights(weights[:count])
    return Head(partial(predict, upper), as_dense(weights[count:]))


def predict(model: "keras.Model", rows: "np.ndarray | FeatureRows") -> np.ndarray:
    """What a model gives, part by part.

    Args:
        rows: An array, or what reads its rows when a slice is taken.
    """
    size = max(1, AT_ONCE // math.prod(model.input_shape[1:-1]))
    parts = (rows[start : start + size] for start in range(0, len(rows), size))
    return np.concatenate([model.predict_on_batch(part) for part in parts])


def class_scores(logits: np.ndarray) -> np.ndarray:
    """The logit of every class: float64, shape (images, classes).

    Args:
        logits: As a head gives them, shape (images, 1) or (images, classes).
    """
    scores = logits.astype(np.float64)
    return np.hstack([np.zeros_like(scores), scores]) if scores.shape[1] == 1 else scores


def predicted_classes(logits: np.ndarray) -> np.ndarray:
    """The class that a head names for each image: int64, shape (images,)."""
    return class_scores(logits).argmax(axis=1)


def losses(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Cross-entropy of each image, in nats: float64, shape (images,)."""
    return -log_softmax(class_scores(logits), axis=1)[np.arange(len(labels)), labels]


def score_of(labels: np.ndarray, logits: np.ndarray) -> Score:
    """Mean cross-entropy and accuracy of answers."""
    return Score(
        float(losses(labels, logits).mean()),
        float((predicted_classes(logits) == labels).mean()),
    )
