"""The whole of `extract` against Keras, against its own runtime, and against the processor."""

import shutil
from collections.abc import Callable, Iterator

import keras
import numpy as np
import openvino
from keras import layers

from benchmarks.measure import Row, interleaved, ratio, single
from benchmarks.workspace import generated
from stages.extract import extract
from viewcache.bases.artifact import find_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.bases.openvino_base import SETTINGS
from viewcache.features.wanted import Maker
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.ground.paths import BASE, PREPARED, reuse_folder
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.prepared import Prepared, open_prepared

BATCH = 8
MATRIX = 4096
BASES = {
    "efficientnet_lite0": (160, 1024, ">= 2.5"),
    "MobileNetV2": (160, 1024, ">= 2.5"),
    "ResNet50": (160, 256, ">= 1.4"),
    "VGG16": (150, 96, ">= 1.15"),
}
"""Side, number of images, and how much faster than Keras `predict` extraction should be."""


def rows(runs: int) -> Iterator[Row]:
    for name in BASES:
        yield from _base(name, runs)


def _spec(name: str, side: int) -> BaseSpec:
    """Random weights where the real ones are a download: speed does not depend on them."""
    weights = "imagenet" if name == "efficientnet_lite0" else "random"
    return BaseSpec(
        base=name, weights=weights, preprocessing="own", layers=[], pooling="avg", side=side
    )


def _base(name: str, runs: int) -> Iterator[Row]:
    side, count, target = BASES[name]
    with generated(count, side):
        compile_base(BASE, _spec(name, side), "openvino")
        model = load_base(_spec(name, side))
        images = open_prepared(PREPARED)
        maker = Maker(find_base(BASE), np.dtype(np.float32), BATCH)
        ready = np.load(images.pixels)
        matrix = np.ones((MATRIX, MATRIX), np.float32)
        whole, predict, bare, product = interleaved(
            [
                lambda: extract_anew(images, maker, 1),
                lambda: model.predict(ready, batch_size=32, verbose=0),
                _bare_loop(ready),
                lambda: matrix @ matrix,
            ],
            runs,
        )
        lite = name == "efficientnet_lite0"
        yield ratio(f"{name} {side} px: extract against Keras predict", predict, whole, target)
        floor = ">= 0.9" if lite else ""
        yield ratio(f"{name}: extract against a bare loop of OpenVINO", bare, whole, floor)
        operations = 2 * count * _multiply_adds(model)
        limit = [seconds * operations / (2 * MATRIX**3) for seconds in product]
        floor = ">= 0.6" if lite else ""
        yield ratio(f"{name}: extract against the matrix product's speed", limit, whole, floor)
        expected = model.predict(ready[:64], verbose=0)
        difference = np.abs(maker.opened(ready[:64]) - expected).max() / np.abs(expected).max()
        name = f"{name}: largest difference to TensorFlow, in parts of the largest feature"
        yield single(name, float(difference), "<= 1e-4")


def extract_anew(images: Prepared, maker: Maker, view: int) -> None:
    """Extract a view as if none of its rows had been computed before."""
    shutil.rmtree(reuse_folder(), ignore_errors=True)
    extract(images, maker, view, Stopwatch())


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
