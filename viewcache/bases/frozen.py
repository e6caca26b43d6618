"""A frozen base: the network, its preprocessing and its pooling in one constant function."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from viewcache.bases.applications import load_application, preprocess_as_trained
from viewcache.bases.converting import convert_to_openvino
from viewcache.bases.cutting import Cut, cut_at, leaves, split_at, with_one_output
from viewcache.bases.hub import load_preset, preprocess_as_converter, preset_digests
from viewcache.bases.original import Original
from viewcache.bases.pins import LOCK, check_pins, noted_pins, weights_digest
from viewcache.bases.pooling import refuse_shape
from viewcache.bases.user_model import load_user_model
from viewcache.ground.files import file_digest
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.ground.params.hub_preset import is_preset
from viewcache.ground.params.preprocessing import Normalization
from viewcache.ground.quiet_tensorflow import keras, layers


class _ForInference(keras.Model):
    """A model that is called as for inference also where `fit` calls it as for training.

    Keras hands what `fit` says on to every layer, whatever stood in the graph: layers that drop out
    would do so, and a frozen base would not be constant.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        return super().call(inputs, training=False, mask=mask)


def load_base(spec: BaseSpec) -> keras.Model:
    """Load a base and freeze it: no weight, batch-norm statistics included, changes in training.

    Weights that are not random are held to their pin in `weights.lock` of the working folder.

    Returns:
        Model from uint8 images, shape (batch, side, side, 3), to float32 features,
        shape (batch, width); with a cut, to the activations there.

    Raises:
        PipelineError: the network, its weights or its layer cannot be had as stated, or the
            weights differ from their pin.
    """
    images = keras.Input((spec.side, spec.side, 3), dtype="uint8")
    pixels = _preprocess(spec, keras.ops.cast(images, "float32"))
    network, left_out = _load_network(spec)
    if spec.cut:
        rows = split_at(network, spec.cut)[0](pixels, training=False)
    else:
        rows = _features(spec, network(pixels, training=False))
    name = f"{Path(spec.name).stem}-{spec.side}px-{spec.cut or spec.pooling}"
    # TensorFlow takes no other letters.
    base = _ForInference(images, rows, name=re.sub(r"[^\w.-]|^\W", "_", name, flags=re.ASCII))
    base.trainable, base.left_out = False, tuple(left_out)
    return base


def load_upper(spec: BaseSpec) -> keras.Model:
    """Load what is above the cut of a base: its last layers and its pooling.

    It is always called as for inference, and its batch norm stays as it is, as Keras' guide to
    transfer learning advises: statistics of few images would undo what the network has learned.

    Returns:
        Model from float32 activations at the cut to float32 features, shape (batch, width).

    Raises:
        PipelineError: as of `load_base`.
    """
    lower, upper = split_at(_load_network(spec).network, spec.cut or "")
    images = keras.Input((spec.side, spec.side, 3))
    rows = keras.Input(lower(images, training=False).shape[1:])
    model = _ForInference(rows, _features(spec, upper(rows, training=False)), name="upper")
    for layer in leaves(upper):
        layer.trainable = not isinstance(layer, layers.BatchNormalization)
    for weight in model.weights:
        weight.regularizer = None  # A head is trained on its loss alone.
    return model


def keras_original(spec: BaseSpec) -> Original:
    """A loaded base, to be compiled; errors as of `load_base`."""
    with noted_pins() as pins:
        model = load_base(spec)
    return Original(
        composition(spec, model),
        partial(convert_to_openvino, model),
        lambda images: np.asarray(model(images)),
        "TensorFlow",
        pins,
    )


def composition(spec: BaseSpec, model: keras.Model) -> dict[str, Any]:
    """What a loaded base is made of: its specification, SHA-256 of its files and its weights, and
    the layers of a classifier that were left out."""
    return {
        "spec": spec.described,
        "file": file_digest(spec.file) if spec.file else None,
        "weights": weights_digest(model),
        **({"left_out": [*model.left_out]} if model.left_out else {}),
        **({"preset": preset_digests(spec.name)} if is_preset(spec.name) else {}),
    }


def _load_network(spec: BaseSpec) -> Cut:
    check_pins(LOCK, spec.files)
    if spec.from_file:
        network = load_user_model(Path(spec.name), spec.side)
    elif is_preset(spec.name):
        network = load_preset(spec.name, spec.side)
    else:
        network = load_application(spec)
    if spec.layers:
        return Cut(cut_at(network, spec.layers), [])
    return with_one_output(network, spec.output) if spec.from_file else Cut(network, [])


def _preprocess(spec: BaseSpec, pixels: keras.KerasTensor) -> keras.KerasTensor:
    match spec.preprocessing:
        case "own" if is_preset(spec.name):
            return preprocess_as_converter(spec.name, pixels)
        case "own":
            return preprocess_as_trained(spec.name, pixels)
        case "none":
            return pixels
        case "unit":
            return pixels / 255
        case Normalization(mean=mean, std=std):
            return (pixels / 255 - np.array(mean, np.float32)) / np.array(std, np.float32)
        case mode:
            return keras.applications.imagenet_utils.preprocess_input(pixels, mode=mode)


def _features(
    spec: BaseSpec, outputs: keras.KerasTensor | list[keras.KerasTensor]
) -> keras.KerasTensor:
    vectors = [_pool(spec, output) for output in (outputs if spec.layers else [outputs])]
    return layers.Concatenate()(vectors) if len(vectors) > 1 else vectors[0]


def _pool(spec: BaseSpec, activations: keras.KerasTensor) -> keras.KerasTensor:
    refuse_shape(spec, activations.shape)
    axes = len(activations.shape)
    if axes == 2 or spec.pooling == "flatten":
        return layers.Flatten()(activations)
    if axes == 3:
        return _pool_tokens(spec.pooling, activations)
    average, maximum = layers.GlobalAveragePooling2D(), layers.GlobalMaxPooling2D()
    if spec.pooling == "both":
        return layers.Concatenate()([average(activations), maximum(activations)])
    return {"avg": average, "max": maximum}[spec.pooling](activations)


def _pool_tokens(pooling: str, tokens: keras.KerasTensor) -> keras.KerasTensor:
    average, maximum = keras.ops.mean(tokens, axis=1), keras.ops.max(tokens, axis=1)
    first, others = tokens[:, 0], tokens[:, 1:]
    parts = {
        "avg": [average],
        "max": [maximum],
        "both": [average, maximum],
        "cls": [first],
        "cls_and_avg": [first, keras.ops.mean(others, axis=1)],
    }
    return keras.ops.concatenate(parts[pooling], axis=1)
