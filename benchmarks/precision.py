"""The whole of `extract` in each precision of the base, against float32 and against Keras."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple, get_args

import numpy as np

from benchmarks.extraction import BATCH, at_the_speed_of, extract_anew, matrix_product
from benchmarks.measure import Row, Target, interleaved, ratio
from benchmarks.workspace import generated, spec_of
from viewcache.bases.artifact import find_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.features.wanted import Maker
from viewcache.ground.params.base_settings import Precision
from viewcache.ground.paths import BASE, PREPARED
from viewcache.images.prepared import open_prepared

CALIBRATION = 64
"""Generated images that int8 is calibrated on: speed does not depend on them."""


class Expected(NamedTuple):
    """What a base is measured with, and how many times as fast as in float32 it should be."""

    side: int
    images: int
    int8: float
    bfloat16: float


BASES = {
    "efficientnet_lite0": Expected(160, 2048, 2.5, 1.7),
    "MobileNetV2": Expected(160, 2048, 2.2, 1.7),
    "ResNet50": Expected(160, 256, 3, 1.7),
    "VGG16": Expected(150, 96, 3.5, 1.7),
}
AGAINST_PREDICT = {"efficientnet_lite0": Target(5)}


def rows(runs: int) -> Iterator[Row]:
    for name in BASES:
        yield from _base(name, runs)


def _base(name: str, runs: int) -> Iterator[Row]:
    expected = BASES[name]
    spec = spec_of(name, expected.side)
    with generated(expected.images, expected.side):
        images, model = open_prepared(PREPARED), load_base(spec)
        ready = np.load(images.pixels)
        compile_base(BASE, spec, "openvino", "int8", ready[:CALIBRATION])
        compiled = find_base(BASE)
        bases = [
            compiled.restated(spec, "openvino", precision) for precision in get_args(Precision)
        ]
        makers = [Maker(base, np.dtype(np.float32), BATCH) for base in bases]
        float32, bfloat16, int8, predict, product = interleaved(
            [
                *(partial(extract_anew, images, maker, 1) for maker in makers),
                partial(model.predict, ready, batch_size=32, verbose=0),
                matrix_product(),
            ],
            runs,
        )
    what = f"{name} {expected.side} px: extract in"
    yield ratio(f"{what} int8 against float32", float32, int8, Target(expected.int8))
    yield ratio(f"{what} bfloat16 against float32", float32, bfloat16, Target(expected.bfloat16))
    target = AGAINST_PREDICT.get(name, Target(1))
    yield ratio(f"{what} int8 against Keras predict", predict, int8, target)
    limit = at_the_speed_of(product, model, expected.images)
    speed = f"{what} int8 against the matrix product's speed in float32"
    yield ratio(speed, limit, int8, Target(1))
