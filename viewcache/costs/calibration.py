"""Unit costs, measured in well under a minute."""

import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from viewcache.bases.artifact import load_layers_above_cut, open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.costs.model import SetUp, UnitCosts
from viewcache.costs.paces import Work, measure_paces

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def calibrate(work: Work, folder: Path) -> UnitCosts:
    """Measure what the parts of the pipeline cost.

    Args:
        folder: Where the base is compiled to.

    Raises:
        PipelineError: the base cannot be loaded or compiled.
    """
    params, base_settings = work.params, work.params.base
    batch_size, spec, images = base_settings.batch_size, params.base_spec, _images(work)
    compiling, _ = _timed(
        compile_base, folder, spec, base_settings.runtime, base_settings.precision, images
    )
    opening, base = _timed(open_base, folder, batch_size)
    loading, model = _timed(load_base, spec)
    set_up = SetUp(
        start=_seconds_to_start("plain"),
        start_extract=_seconds_to_start("extract", str(folder), str(batch_size)),
        start_tensorflow=_seconds_to_start("train"),
        compile_base=compiling,
        load_base=loading,
        open_base=opening,
    )
    paces = measure_paces(work, base, model, load_layers_above_cut(folder))
    row_bytes = math.prod(base.row_shape) * np.dtype(params.extract.dtype).itemsize
    return UnitCosts(set_up, paces, row_bytes)


def _images(work: Work) -> np.ndarray:
    """What an int8 base is calibrated on: here, the sample."""
    with work.sample.read() as pixels:
        return pixels.read(np.arange(len(work.sample.digests)))


def _seconds_to_start(*arguments: str) -> float:
    """What a process of `viewcache.costs.starting` measures."""
    command = [sys.executable, "-m", "viewcache.costs.starting", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.splitlines()[-1])


def _timed(
    function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> tuple[float, Result]:
    start = time.perf_counter()
    result = function(*args, **kwargs)
    return time.perf_counter() - start, result
