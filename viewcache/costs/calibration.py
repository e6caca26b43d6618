"""Unit costs, measured in well under a minute."""

import math
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from viewcache.bases.artifact import open_base
from viewcache.bases.base import Base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.costs.model import SetUp, UnitCosts
from viewcache.costs.paces import Work, measure_paces, measure_paces_at_cut
from viewcache.ground.params.schema import Params

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def calibrate(work: Work, folder: Path) -> UnitCosts:
    """Measure what the parts of the pipeline cost.

    Args:
        folder: Where the base is compiled to.

    Raises:
        PipelineError: the base cannot be loaded or compiled.
    """
    params, extract = work.params, work.params.extract
    batch_size, spec, images = extract.batch_size, params.base_spec, _images(work)
    compiling, _ = _timed(compile_base, folder, spec, extract.runtime, extract.precision, images)
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
    paces = measure_paces(work, base, model)
    at_cut = calibrate_at_cut(work, folder.with_name("cut"), set_up) if extract.cut else None
    return UnitCosts(set_up, paces, _row_bytes(params, base), at_cut)


def calibrate_at_cut(work: Work, folder: Path, set_up: SetUp) -> UnitCosts:
    """What the base up to the cut costs, and what is trained above it.

    Args:
        set_up: Of processes; one that compiles the base up to the cut also runs it.
    """
    extract = work.params.extract
    compiling, _ = _timed(compile_base, folder, work.params.spec_below_cut, extract.runtime)
    opening, lower = _timed(open_base, folder, extract.batch_size)
    own = replace(set_up, start_extract=0.0, compile_base=compiling, open_base=opening)
    return UnitCosts(own, measure_paces_at_cut(work, lower), _row_bytes(work.params, lower))


def _row_bytes(params: Params, base: Base) -> int:
    return math.prod(base.row_shape) * np.dtype(params.extract.dtype).itemsize


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
