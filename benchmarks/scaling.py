"""Seconds and memory of `prepare` and `extract` against the number of images and of views."""

import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.extraction import extract_anew
from benchmarks.measure import Row, Target, interleaved, single
from benchmarks.stages_apart import Workspace, extract_by, stage_environment
from benchmarks.workspace import generated, spec_of
from viewcache.bases.artifact import find_base
from viewcache.bases.compiling import compile_base
from viewcache.features.wanted import Maker
from viewcache.ground.paths import BASE, PREPARED
from viewcache.ground.stopwatch import load_record
from viewcache.images.prepared import open_prepared

BATCH = 8
SIDE = 64
"""Pixels: what is not the base's weighs most in small images."""
ROUNDS = 3
"""How often each view is timed: the sum over views is of medians."""
SPEC = spec_of("efficientnet_lite0", SIDE)


def rows(runs: int) -> Iterator[Row]:
    """Seconds and memory of each stage, as its own process, against the number of images."""
    yield from _views()
    yield from _prepare()
    records = {images: _extract_apart(images) for images in (1_000, 10_000, 100_000)}
    seconds = {images: record["seconds"]["extract"] / images for images, record in records.items()}
    name = f"extract, {SIDE} px: seconds an image, 100,000 images against 10,000"
    yield single(name, seconds[100_000] / seconds[10_000], Target(0.95, 1.05))
    memory = {images: record["peak_rss_bytes"] for images, record in records.items()}
    name = "extract: peak memory, 100,000 images against 1,000"
    yield single(name, memory[100_000] / memory[1_000], Target(high=1.1))
    yield single(
        "extract: peak memory at 100,000 images, GB", memory[100_000] / 1e9, Target(high=1)
    )


def _extract_apart(images: int) -> dict[str, Any]:
    with generated(images, SIDE):
        compile_base(BASE, SPEC, "openvino")
        subprocess.run(extract_by("local"), check=True, env=stage_environment())
        return load_record("extract")


def _prepare() -> Iterator[Row]:
    peaks = [_prepare_apart(images) for images in (1_000, 10_000)]
    name = "prepare: peak memory, 10,000 images against 1,000"
    yield single(name, peaks[1] / peaks[0], Target(high=1.1))


def _prepare_apart(images: int) -> int:
    """Peak memory, in bytes, of `prepare` on two classes of noise."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        workspace.set("data", source="folder", path="pictures", manifest=None, classes=None)
        for number in range(images):
            path = Path(folder) / "pictures" / str(number % 2) / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)).save(path)
        workspace.python("stages.prepare")
        return workspace.record("prepare")["peak_rss_bytes"]


def _views() -> Iterator[Row]:
    """Whether K views cost K times one."""
    with generated(1_000, SIDE, views=8):
        compile_base(BASE, SPEC, "openvino")
        maker = Maker(find_base(BASE), np.dtype(np.float32), BATCH)
        one = partial(extract_anew, open_prepared(PREPARED), maker)
        seconds = interleaved([partial(one, view) for view in range(1, 9)], ROUNDS)
    total = np.cumsum(np.median(seconds, axis=1))
    views = np.arange(1, 9)
    slope = float((views @ total) / (views @ views))
    deviation = float(np.abs(total / (slope * views) - 1)[1:].max())
    name = "seconds of K views off a straight line, K = 2..8"
    yield single(name, deviation, Target(high=0.05))
