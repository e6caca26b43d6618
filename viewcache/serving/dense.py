"""A trained head as plain arrays: dense layers in NumPy, from features to probabilities."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import softmax


class Dense(NamedTuple):
    """A dense layer.

    Attributes:
        kernel: float32, shape (inputs, outputs).
        bias: float32, shape (outputs,).
    """

    kernel: np.ndarray
    bias: np.ndarray


def probabilities(layers: Sequence[Dense], features: np.ndarray) -> np.ndarray:
    """Probabilities of every class: float32, shape (images, classes).

    Args:
        layers: With ReLU between them and softmax after the last.
        features: float32, shape (images, width).
    """
    *hidden, last = layers
    for layer in hidden:
        features = np.maximum(features @ layer.kernel + layer.bias, 0)
    return softmax(features @ last.kernel + last.bias, axis=1)


def standardized(layer: Dense, mean: np.ndarray, deviation: np.ndarray) -> Dense:
    """A layer that first brings its inputs to mean 0 and deviation 1, as one that does not."""
    kernel = layer.kernel / deviation.astype(np.float64)[:, None]
    bias = layer.bias - mean @ kernel
    return Dense(kernel.astype(np.float32), bias.astype(np.float32))


def of_every_class(layer: Dense) -> Dense:
    """A last layer with an output for each class; of two classes a head has only the second's."""
    if len(layer.bias) > 1:
        return layer
    return Dense(*(np.concatenate([np.zeros_like(part), part], axis=-1) for part in layer))
