"""A base run by TensorFlow: the reference, and the one for a GPU."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from viewcache.bases.base import Base
from viewcache.ground.quiet_tensorflow import keras, tf


def device() -> str:
    """The name of the first GPU, or CPU where there is none."""
    gpus = tf.config.list_physical_devices("GPU")
    return tf.config.experimental.get_device_details(gpus[0])["device_name"] if gpus else "CPU"


class TensorFlowBase(Base):
    """A Keras base as one graph, compiled by XLA where there is a GPU."""

    def __init__(self, model: keras.Model, identity: str, batch_size: int) -> None:
        super().__init__(identity, model.output_shape[1:], batch_size, in_flight=2)
        tf.config.experimental.enable_op_determinism()
        function = tf.function(
            lambda images: model(images, training=False), jit_compile=device() != "CPU"
        )
        shape = (batch_size, *model.input_shape[1:])
        self._run = function.get_concrete_function(tf.TensorSpec(shape, tf.uint8))
        self._worker = ThreadPoolExecutor(max_workers=1)

    def _start(self, images: np.ndarray) -> Callable[[], np.ndarray]:
        return self._worker.submit(lambda: self._run(tf.constant(images)).numpy()).result
