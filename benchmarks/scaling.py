"""Seconds and memory of `extract` against the number of images and of views."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.measure import Row, clock, single
from benchmarks.stages_apart import ROOT
from benchmarks.workspace import generated
from stages.bases.artifact import compile_base, open_base
from stages.bases.spec import BaseSpec
from stages.costs import Costs, load_costs
from stages.extract import extract
from stages.images.prepared import open_prepared
from stages.paths import BASE, PREPARED

BATCH = 8
SPEC = BaseSpec(
    base="efficientnet_lite0",
    weights="imagenet",
    preprocessing="own",
    layer=None,
    pooling="avg",
    side=160,
)


def rows(runs: int) -> Iterator[Row]:
    """Seconds and memory of the stage, as its own process, against the number of images."""
    records = {images: _measured_apart(images) for images in (1_000, 10_000, 100_000)}
    largest = records[100_000]["peak_rss_bytes"]
    for images in (1_000, 10_000):
        ours, theirs = (
            records[count]["seconds"]["train extract"] / count for count in (images, 100_000)
        )
        name = f"seconds an image, 100,000 images against {images:,}"
        yield single(name, theirs / ours, "0.95 to 1.05")
        name = f"peak memory, 100,000 images against {images:,}"
        yield single(name, largest / records[images]["peak_rss_bytes"], "<= 1.1")
    yield single("peak memory at 100,000 images, GB", largest / 1e9, "<= 1.5")
    yield from _views()


def _measured_apart(images: int) -> dict[str, Any]:
    with generated(images, 160):
        compile_base(BASE, SPEC, "openvino")
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-m", "stages.extract", "1"], check=True, env=environment)
        return load_costs("extract_1")


def _views() -> Iterator[Row]:
    """Whether K views cost K times one."""
    with generated(1_000, 160, views=8):
        compile_base(BASE, SPEC, "openvino")
        prepared, base = open_prepared(PREPARED), open_base(BASE, BATCH)
        dtype = np.dtype(np.float32)
        seconds = [
            clock(partial(extract, prepared, base, view, "train", dtype, Costs()))
            for view in [1, *range(1, 9)]
        ][1:]
    total = np.cumsum(seconds)
    views = np.arange(1, 9)
    slope = float((views @ total) / (views @ views))
    deviation = float(np.abs(total / (slope * views) - 1)[1:].max())
    yield single("seconds of K views off a straight line, K = 2..8", deviation, "<= 0.05")
