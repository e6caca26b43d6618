"""A frozen base: the network, its preprocessing and its pooling in one constant function."""

import hashlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from stages.arrays import RowFile
from stages.bases.efficientnet_lite0 import efficientnet_lite0

NETWORKS: dict[str, Callable[[int], keras.Model]] = {"efficientnet_lite0": efficientnet_lite0}
POOLINGS: dict[str, Callable[[], layers.Layer]] = {
    "avg": layers.GlobalAveragePooling2D,
    "max": layers.GlobalMaxPooling2D,
}


def load_base(name: str, side: int, pooling: str) -> keras.Model:
    """Load a base and freeze it: no weight, batch-norm statistics included, changes in training.

    Returns:
        Model from uint8 images, shape (batch, side, side, 3), to float32 features,
        shape (batch, width).
    """
    images = keras.Input((side, side, 3), dtype="uint8")
    network = NETWORKS[name](side)
    activations = network(keras.ops.cast(images, "float32"), training=False)
    base = keras.Model(images, POOLINGS[pooling]()(activations), name=f"{name}-{side}px-{pooling}")
    base.trainable = False
    return base


def identity(base: keras.Model) -> str:
    """SHA-256 of a base's name and weights, batch-norm statistics included."""
    digest = hashlib.sha256(base.name.encode())
    for weight in base.get_weights():
        digest.update(np.ascontiguousarray(weight).data)
    return digest.hexdigest()


class FrozenBase:
    """A base compiled for one batch size.

    Every batch has the same shape, the last one filled up with black images, so that an image's
    features do not depend on how many images there are.
    """

    def __init__(self, model: keras.Model, batch_size: int) -> None:
        self.batch_size = batch_size
        self.width: int = model.output_shape[-1]
        shape = (batch_size, *model.input_shape[1:])
        function = tf.function(lambda images: model(images, training=False))
        self._run: Any = function.get_concrete_function(tf.TensorSpec(shape, tf.uint8))

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """uint8 (up to batch_size, side, side, 3) to float32 (as many, width)."""
        missing = self.batch_size - len(images)
        filled = np.pad(images, [(0, missing), (0, 0), (0, 0), (0, 0)])
        return self._run(tf.constant(filled)).numpy()[: len(images)]

    def run_over(self, images: RowFile, rows: np.ndarray) -> np.ndarray:
        """Features of rows of an image file, as they are: float32, shape (rows, width)."""
        batches = np.split(rows, range(self.batch_size, len(rows), self.batch_size))
        return np.concatenate([self(images.read(batch)) for batch in batches])
