"""TensorFlow and Keras, whose import is silent unless it fails, or cannot use a GPU that is there:
everybody takes them from here.

C++ writes to standard error before any of TensorFlow's switches is read. Keras is as it comes,
whatever a user's `keras.json` and environment say.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from viewcache.ground.machine import gpus
from viewcache.ground.quiet import quiet_unless_it_fails

OPTIONAL = ("matplotlib", "sklearn")
"""Keras imports them wherever they are installed, which takes a second of each process."""


@contextmanager
def as_if_missing(names: Sequence[str]) -> Iterator[None]:
    """Let imports of packages fail, but for those that were imported before."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def gpu_is_wanted() -> bool:
    """Whether there is a GPU, by its driver, that nobody has hidden."""
    return bool(gpus()) and os.environ.get("CUDA_VISIBLE_DEVICES") not in ("", "-1")


with quiet_unless_it_fails() as show, as_if_missing(OPTIONAL):
    import keras as keras
    import tensorflow as tf
    from keras import layers as layers

    # The first look for a GPU complains where there is none.
    if not tf.config.list_physical_devices("GPU") and gpu_is_wanted():
        show()
keras.config.set_dtype_policy("float32")
keras.config.set_floatx("float32")
keras.config.set_epsilon(1e-7)
keras.config.set_image_data_format("channels_last")
keras.config.set_max_steps_per_epoch(None)
# On a GPU, TF32 would put features 0.001 off, and make other heads of them.
tf.config.experimental.enable_tensor_float_32_execution(False)
# It warns of every trainer of heads, that several had their graphs traced: each has its own.
tf.get_logger().setLevel("ERROR")
