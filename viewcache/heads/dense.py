"""A trained head as plain arrays: dense layers in NumPy, from features to answers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

EPSILON = 1e-3
"""Added to the variance by which a head standardizes: Keras' own."""


class Dense(NamedTuple):
    """A dense layer.

    Attributes:
        kernel: float32, shape (inputs, outputs).
        bias: float32, shape (outputs,).
    """

    kernel: np.ndarray
    bias: np.ndarray


def as_dense(weights: Sequence[np.ndarray]) -> list[Dense]:
    """The dense layers of a head, the first of which does what a normalization before it does.

    Args:
        weights: As `keras.Model.get_weights` gives them.
    """
    first = 0 if weights[0].ndim == 2 else 2
    pairs = zip(weights[first::2], weights[first + 1 :: 2], strict=True)
    layers = [Dense(kernel, bias) for kernel, bias in pairs]
    if first:
        mean, variance = weights[:first]
        layers[0] = standardized(layers[0], mean, np.sqrt(variance + EPSILON))
    return layers


def logits(layers: Sequence[Dense], features: np.ndarray) -> np.ndarray:
    """What the last layer gives: float32, shape (images, its outputs).

    Args:
        layers: With ReLU between them.
        features: float32, shape (images, width).
    """
    *hidden, last = layers
    for layer in hidden:
        features = np.maximum(features @ layer.kernel + layer.bias, 0)
    return features @ last.kernel + last.bias


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
