"""A frozen base as end-to-end training meets it: in one Keras model with the head, or compiled."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np

from stages.bases.base import Base
from stages.bases.pins import weights_digest
from stages.heads.head import compile_model


class EndToEndBase(NamedTuple):
    """A base to train a head on.

    Attributes:
        features: From uint8 images to their features.
        attach: From a head to the model that is fitted.
        prepare: From uint8 images to that model's inputs.
        fingerprint: Says whether the base has changed.
    """

    features: Callable[[np.ndarray], np.ndarray]
    attach: Callable[[keras.Model], keras.Model]
    prepare: Callable[[np.ndarray], np.ndarray]
    fingerprint: Callable[[], str]


def on_keras(model: keras.Model, learning_rate: float, weight_decay: float) -> EndToEndBase:
    """The book's model: a frozen Keras base and the head, fitted as one."""

    def attach(head: keras.Model) -> keras.Model:
        whole = keras.Sequential([model, head])
        compile_model(whole, learning_rate, weight_decay)
        return whole

    return EndToEndBase(
        model.predict_on_batch, attach, lambda images: images, lambda: weights_digest(model)
    )


def on_compiled(base: Base) -> EndToEndBase:
    """The head by itself, fitted on features that the compiled base gives batch by batch."""
    return EndToEndBase(base, lambda head: head, base, lambda: base.identity)
