"""Seconds and memory of `extract` against the number of images and of views."""

import subprocess
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.extraction import extract_anew
from benchmarks.measure import Row, interleaved, single
from benchmarks.stages_apart import extract_command, stage_environment
from benchmarks.workspace import generated
from viewcache.bases.artifact import find_base
from viewcache.bases.compiling import compile_base
from viewcache.features.wanted import Maker
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.ground.paths import BASE, PREPARED
from viewcache.ground.stopwatch import load_record
from viewcache.images.prepared import open_prepared

BATCH = 8
ROUNDS = 5
"""How often each view is timed: the sum over views is of medians."""
SPEC = BaseSpec(
    base="efficientnet_lite0",
    weights="imagenet",
    preprocessing="own",
    layers=[],
    pooling="avg",
    side=160,
)


def rows(runs: int) -> Iterator[Row]:
    """Seconds and memory of the stage, as its own process, against the number of images."""
    yield from _views()
    records = {images: _measured_apart(images) for images in (1_000, 10_000, 100_000)}
    largest = records[100_000]["peak_rss_bytes"]
    for images in (1_000, 10_000):
        ours, theirs = (records[count]["seconds"]["extract"] / count for count in (images, 100_000))
        name = f"seconds an image, 100,000 images against {images:,}"
        yield single(name, theirs / ours, "0.95 to 1.05")
        name = f"peak memory, 100,000 images against {images:,}"
        yield single(name, largest / records[images]["peak_rss_bytes"], "<= 1.1")
    yield single("peak memory at 100,000 images, GB", largest / 1e9, "<= 1.5")


def _measured_apart(images: int) -> dict[str, Any]:
    with generated(images, 160):
        compile_base(BASE, SPEC, "openvino")
        subprocess.run(extract_command(1), check=True, env=stage_environment())
        return load_record("extract_1")


def _views() -> Iterator[Row]:
    """Whether K views cost K times one."""
    with generated(1_000, 160, views=8):
        compile_base(BASE, SPEC, "openvino")
        maker = Maker(find_base(BASE), np.dtype(np.float32), BATCH)
        one = partial(extract_anew, open_prepared(PREPARED), maker)
        seconds = interleaved([partial(one, view) for view in range(1, 9)], ROUNDS)
    total = np.cumsum(np.median(seconds, axis=1))
    views = np.arange(1, 9)
    slope = float((views @ total) / (views @ views))
    deviation = float(np.abs(total / (slope * views) - 1)[1:].max())
    yield single("seconds of K views off a straight line, K = 2..8", deviation, "<= 0.05")
