"""The whole of `extract` against Keras, against its own runtime, and against the processor."""

import shutil
from collections.abc import Callable, Iterator
from typing import NamedTuple

import keras
import numpy as np
import openvino
from keras import layers

from benchmarks.measure import Row, Target, interleaved, ratio, single
from benchmarks.workspace import generated, spec_of
from stages import extract
from viewcache.bases.artifact import TOLERANCE, find_base
from viewcache.bases.base import Base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.bases.openvino_base import SETTINGS
from viewcache.features.wanted import Maker
from viewcache.ground.paths import BASE, PREPARED, ROWS
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.prepared import Prepared, open_prepared

BATCH = 8
MATRIX = 4096


class Expected(NamedTuple):
    """What a base is measured with, and what it should reach.

    Attributes:
        predict, bare, matrix: How many times as fast as Keras `predict`, as a bare loop of
            OpenVINO, and as the processor multiplies matrices extraction should be.
    """

    side: int
    images: int
    predict: float
    bare: float
    matrix: float


BASES = {
    "efficientnet_lite0": Expected(160, 1024, 2.5, 0.9, 0.6),
    "MobileNetV2": Expected(160, 1024, 2.5, 0.85, 0.55),
    "ResNet50": Expected(160, 256, 1.4, 0.9, 1),
    "VGG16": Expected(150, 96, 1.15, 0.9, 1),
}


def rows(runs: int) -> Iterator[Row]:
    for name in BASES:
        yield from _base(name, runs)


def _base(name: str, runs: int) -> Iterator[Row]:
    expected = BASES[name]
    spec = spec_of(name, expected.side)
    with generated(expected.images, expected.side):
        compile_base(BASE, spec, "openvino")
        model, images = load_base(spec), open_prepared(PREPARED)
        maker = Maker(find_base(BASE), np.dtype(np.float32), BATCH)
        ready = np.load(images.pixels)
        whole, predict, bare, product = interleaved(
            [
                lambda: extract_anew(images, maker, 1),
                lambda: model.predict(ready, batch_size=32, verbose=0),
                _bare_loop(ready),
                matrix_product(),
            ],
            runs,
        )
        what = f"{name} {expected.side} px: extract"
        yield ratio(f"{what} against Keras predict", predict, whole, Target(expected.predict))
        yield ratio(f"{what} against a bare loop of OpenVINO", bare, whole, Target(expected.bare))
        limit = at_the_speed_of(product, model, expected.images)
        speed = f"{what} against the matrix product's speed"
        yield ratio(speed, limit, whole, Target(expected.matrix))
        difference = _difference(maker.opened, model, ready[:64])
        name = f"{name}: largest difference to TensorFlow, in parts of the largest feature"
        yield single(name, difference, Target(high=TOLERANCE))


def matrix_product() -> Callable[[], object]:
    """NumPy's product of two square matrices in float32: what the processor is capable of."""
    matrix = np.ones((MATRIX, MATRIX), np.float32)
    return lambda: matrix @ matrix


def at_the_speed_of(product: list[float], model: keras.Model, images: int) -> list[float]:
    """Seconds of a base over images, were its multiplications as fast as the matrix product."""
    operations = images * _multiply_adds(model)
    return [seconds * operations / MATRIX**3 for seconds in product]


def _difference(base: Base, model: keras.Model, images: np.ndarray) -> float:
    expected = model.predict(images, verbose=0)
    return float(np.abs(base(images) - expected).max() / np.abs(expected).max())


def extract_anew(images: Prepared, maker: Maker, view: int, engine: str = "local") -> Stopwatch:
    """Extract a view as if none of its rows had been computed before; what it took."""
    shutil.rmtree(ROWS, ignore_errors=True)
    costs = Stopwatch()
    extract.extract(images, maker, [view], engine, costs)
    return costs


def _bare_loop(ready: np.ndarray) -> Callable[[], None]:
    """OpenVINO's own asynchronous queue over arrays in memory."""
    core = openvino.Core()
    network = core.read_model(BASE / "base.xml")
    network.reshape([BATCH, *ready.shape[1:]])
    compiled = core.compile_model(network, "CPU", SETTINGS)
    batches = ready.reshape(-1, BATCH, *ready.shape[1:])

    def loop() -> None:
        queue = openvino.AsyncInferQueue(compiled)
        for batch in batches:
            queue.start_async([batch])
        queue.wait_all()

    return loop


def _multiply_adds(model: keras.Model) -> int:
    """Multiplications of a model's convolutions for one image."""
    total = 0
    for layer in model._flatten_layers():
        if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D):
            _, height, width, _ = layer.output.shape
            total += height * width * int(np.prod(layer.kernel.shape))
    return total
