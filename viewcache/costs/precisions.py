"""How fast this processor runs a base in each precision: a moment of each."""

import io
import shutil
import time
from collections import deque
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from itertools import repeat
from pathlib import Path
from statistics import median
from typing import get_args

import numpy as np

from viewcache.bases.openvino_base import FILES, OpenVINOBase
from viewcache.bases.quantizing import quantize
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import scratch
from viewcache.ground.params.base_settings import Precision

ROUNDS, SECONDS = 5, 0.3
"""Precisions are timed in turns, since other work on the machine comes and goes."""
CALIBRATED_ON = 16
"""Images: enough for the speed of int8, not for its features."""


def try_precisions(compiled: Path, images: np.ndarray, batch_size: int) -> dict[Precision, float]:
    """Images a second through a base that OpenVINO runs, without rendering.

    Args:
        compiled: Folder of the compiled base.
        images: Some: uint8, shape (any, side, side, 3).

    Returns:
        Of every precision that the processor and what is installed have.
    """
    bases: dict[Precision, OpenVINOBase] = {}
    with scratch(compiled.with_name("precisions")) as folder:
        for file in {*compiled.glob("base.*"), *compiled.glob("int8.*")}:
            shutil.copy(file, folder)
        for precision in get_args(Precision):
            with suppress(PipelineError):
                if precision == "int8":
                    _quantize_in(folder, images[:CALIBRATED_ON])
                bases[precision] = OpenVINOBase(folder, precision, "", batch_size)
    batch = np.resize(images, (batch_size, *images.shape[1:]))
    paces = [{name: _pace(base, batch) for name, base in bases.items()} for _ in range(ROUNDS)]
    return {name: median(pace[name] for pace in paces) for name in bases}


def _quantize_in(folder: Path, images: np.ndarray) -> None:
    if not (folder / FILES["int8"]).exists():
        with redirect_stdout(io.StringIO()):  # NNCF's bars.
            quantize(folder / FILES["float32"], images, folder / FILES["int8"])


def _pace(base: OpenVINOBase, batch: np.ndarray) -> float:
    deque(base.stream(repeat(batch, 2)), maxlen=0)
    began = time.perf_counter()

    def batches() -> Iterator[np.ndarray]:
        while time.perf_counter() - began < SECONDS:
            yield batch

    count = sum(map(len, base.stream(batches())))
    return count / (time.perf_counter() - began)
