"""The head: a small dense classifier on a base's features, and the base's layers above a cut."""

from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.quiet_tensorflow import keras, layers
from viewcache.heads.dense import EPSILON
from viewcache.heads.optimizer import AdamOfTwoRates, FusedAdam, LearningRate


def build_head(
    width: int,
    classes: int,
    settings: HeadSettings,
    learning_rate: LearningRate,
    seed: int,
    upper: keras.Model | None = None,
) -> keras.Model:
    """Build and compile a head with initial weights and dropout masks of its own seed.

    Args:
        width: Of the features, where they are the rows.
        upper: The layers above a cut, as `load_upper` gives them: they become the head's first,
            and are frozen where the settings have no learning rate for them.

    Returns:
        Model from float rows, shape (batch, width), or that of the activations at the cut, to
        logits: of class 1, shape (batch, 1), where there are two classes, else of every class,
        shape (batch, classes).
    """
    first, last = (keras.initializers.GlorotUniform(seed + number) for number in (0, 1))
    if upper and not settings.upper_learning_rate:
        upper.trainable = False
    rows = upper.input_shape[1:] if upper else (width,)
    model = keras.Sequential([keras.Input(rows), *([upper] if upper else [])], name="head")
    if settings.standardize:
        model.add(
            layers.BatchNormalization(momentum=0.9, epsilon=EPSILON, center=False, scale=False)
        )
    if settings.units:
        model.add(layers.Dense(settings.units, "relu", kernel_initializer=first))
    model.add(layers.Dropout(settings.dropout, seed=seed))
    model.add(layers.Dense(1 if classes == 2 else classes, kernel_initializer=last))
    compile_model(model, _optimizer(settings, learning_rate, upper))
    return model


def _optimizer(
    settings: HeadSettings, learning_rate: LearningRate, upper: keras.Model | None
) -> FusedAdam:
    decay, upper_rate = settings.weight_decay or None, settings.upper_learning_rate
    if upper and upper_rate:
        return AdamOfTwoRates(learning_rate, upper.trainable_variables, upper_rate, decay)
    return FusedAdam(learning_rate, weight_decay=decay)


def compile_model(model: keras.Model, optimizer: FusedAdam) -> None:
    """On the cross-entropy of the logits, without XLA, the same for either way to train."""
    binary = model.output_shape[-1] == 1
    model.compile(
        optimizer=optimizer,
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
