"""The exported model as one plain Keras model, which needs nothing of viewcache."""

from pathlib import Path

from viewcache.bases.artifact import find_base, load_layers_above_cut, load_original
from viewcache.ground.errors import PipelineError
from viewcache.ground.quiet_tensorflow import keras, layers
from viewcache.serving.folder import BASE, WEIGHTS, read_arrays, read_model


def plain_keras(folder: Path) -> keras.Model:
    """One model with preprocessing, base, pooling and head inside.

    Returns:
        Model from uint8 images, shape (batch, side, side, 3), to probabilities of every class,
        float32, shape (batch, classes).

    Raises:
        PipelineError: the head was trained on features of another dtype or precision than a Keras
            base gives, or the base's weights are no longer those that were compiled.
    """
    description, head = read_model(folder)
    if description.dtype != "float32":
        rule = "a Keras model gives float32 features, so the head must be trained on such"
        raise PipelineError(rule, f"extract.dtype {description.dtype}")
    precision = find_base(folder / BASE).precision
    if precision != "float32":
        rule = "a Keras model calculates in float32, so the head must be trained on such features"
        raise PipelineError(rule, f"base.precision {precision}")
    base, upper = load_original(folder / BASE), load_layers_above_cut(folder / BASE)
    x = base.output
    if upper is not None:
        upper.set_weights(read_arrays(folder / WEIGHTS))
        # Without the class of ours that it has, which nobody else could load.
        x = keras.Model(upper.input, upper.output)(x)
    for number, layer in enumerate(head, start=1):
        activation = "softmax" if number == len(head) else "relu"
        dense = layers.Dense(len(layer.bias), activation, name=f"head_{number}")
        x = dense(x)
        dense.set_weights(list(layer))
    return keras.Model(base.input, x, name="viewcache")
