"""The head: a small dense classifier on a base's features."""

from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.quiet_tensorflow import keras, layers
from viewcache.heads.dense import EPSILON
from viewcache.heads.optimizer import FusedAdam, LearningRate


def build_head(
    width: int, classes: int, settings: HeadSettings, learning_rate: LearningRate, seed: int
) -> keras.Model:
    """Build and compile a head with initial weights and dropout masks of its own seed.

    Returns:
        Model from float features, shape (batch, width), to logits: of class 1, shape (batch, 1),
        where there are two classes, else of every class, shape (batch, classes).
    """
    first, last = (keras.initializers.GlorotUniform(seed + number) for number in (0, 1))
    model = keras.Sequential([keras.Input((width,))], name="head")
    if settings.standardize:
        model.add(
            layers.BatchNormalization(momentum=0.9, epsilon=EPSILON, center=False, scale=False)
        )
    if settings.units:
        model.add(layers.Dense(settings.units, "relu", kernel_initializer=first))
    model.add(layers.Dropout(settings.dropout, seed=seed))
    model.add(layers.Dense(1 if classes == 2 else classes, kernel_initializer=last))
    compile_model(model, learning_rate, settings.weight_decay)
    return model


def compile_model(model: keras.Model, learning_rate: LearningRate, weight_decay: float) -> None:
    """Adam on the cross-entropy of the logits, without XLA, the same for either way to train."""
    binary = model.output_shape[-1] == 1
    model.compile(
        optimizer=FusedAdam(learning_rate, weight_decay=weight_decay or None),
        loss=keras.losses.BinaryCrossentropy(from_logits=True)
        if binary
        else keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[
            keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)
            if binary
            else keras.metrics.SparseCategoricalAccuracy("accuracy")
        ],
        jit_compile=False,
    )
