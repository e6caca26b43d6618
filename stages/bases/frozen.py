"""A frozen base: the network, its preprocessing and its pooling in one constant function."""

import hashlib
from collections.abc import Callable

import keras
import numpy as np
from keras import layers

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
