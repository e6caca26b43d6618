"""The upper part of a base, trained together with a head on what the lower part gives."""

from collections.abc import Mapping

import numpy as np

from viewcache.features.store import FeatureView
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.quiet_tensorflow import keras
from viewcache.heads.head import SeededHead, compile_model
from viewcache.heads.optimizer import TwoRates
from viewcache.heads.saved import Trained, starting_point
from viewcache.heads.training import Schedule, Targets, Validation, by_fit, train


class TunedModel:
    """An upper part and a head as one Keras model, to be trained again and again from its start.

    Args:
        upper: From activations at the cut to features, as `load_upper_part` gives it.
        rate: Learning rate of the upper part.
        learning_rate: Of the head.
    """

    def __init__(
        self,
        upper: keras.Model,
        classes: int,
        settings: HeadSettings,
        rate: float,
        learning_rate: float,
    ) -> None:
        self._upper, self._pretrained = upper, upper.get_weights()
        self._head = SeededHead(upper.output_shape[-1], classes, settings, learning_rate)
        self._model = keras.Sequential([upper, self._head.model], name="tuned")
        decay = settings.weight_decay or None
        optimizer = TwoRates(upper.trainable_variables, rate, learning_rate, decay)
        compile_model(self._model, optimizer)
        optimizer.build(self._model.trainable_variables)

    def at_start(self, seed: int) -> keras.Model:
        """The model with the weights that it came with, and a head of the seed's own.

        The next call changes it.
        """
        self._upper.set_weights(self._pretrained)
        self._head.start_again(seed, self._model.optimizer)
        return self._model


def train_on_activations(
    model: keras.Model,
    views: Mapping[int, FeatureView],
    targets: Targets,
    validation: Validation,
    schedule: Schedule,
) -> Trained:
    """Fit a model on cached activations, as `train_end_to_end` does on fresh ones.

    Args:
        views: From a view to its activations, of the training images at least.
    """

    def read(view: int, rows: np.ndarray) -> np.ndarray:
        return views[view].of(rows).astype(np.float32)

    start = starting_point(model, model.optimizer)
    fit = by_fit(model, read, targets, schedule.batch_size)
    history = train(fit, model, targets.rows, validation, schedule)
    return Trained(model, history, start)
