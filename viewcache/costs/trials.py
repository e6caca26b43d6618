"""A moment of each stage's work: how long until it began, and then for an image."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from viewcache.bases.artifact import open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.costs.paces import Pace
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.schema import Params
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import training
from viewcache.heads.cached_training import CachedTraining
from viewcache.views.plan import draw
from viewcache.views.render import render

SECONDS, HEAD_ROWS = 1.5, 1024
"""That a pace is timed for, at most; images that a head is timed on, likewise."""
Compute = Callable[[Iterator[np.ndarray]], Iterable[np.ndarray]]
"""From batches of images to their features."""


def try_bases(
    params: Params, images: np.ndarray, folder: Path, costs: Stopwatch
) -> dict[str, Pace]:
    """Compile the base into a folder, and run it in every way, without a head.

    Args:
        costs: With the phases `setup`, of a process, and then `import`, of TensorFlow.
    """
    how, seconds = params.base, costs.seconds
    with costs.phase("compile"):
        compile_base(folder, params.base_spec, how.runtime, how.precision, images)
    with costs.phase("load"):
        model = load_base(params.base_spec)
    with costs.phase("open"):
        base = open_base(folder, how.batch_size)
    pace = partial(_pace, params, images)
    start, batch = seconds["setup"] + seconds["import"], params.train.batch_size
    by_hand, compiled = partial(map, model.predict_on_batch), partial(map, base)
    row_bytes = base.row_shape[0] * np.dtype(params.extract.dtype).itemsize
    extract = pace(base.stream, how.batch_size, seconds["setup"] + seconds["open"])
    return {
        "augment": Pace(seconds["setup"]),
        "compile_base": Pace(start + seconds["compile"]),
        "extract": extract._replace(row_bytes=row_bytes),
        "train_end_to_end_keras": pace(by_hand, batch, start + seconds["load"]),
        "train_end_to_end_compiled": pace(compiled, batch, start + seconds["open"]),
    }


def try_head(params: Params, row_bytes: int, classes: int, images: int, epochs: int) -> Pace:
    """Train a head twice, on features without meaning, in a process that does nothing else."""
    training.one_thread_an_operation()
    training.make_deterministic()
    costs, rows = Stopwatch(), np.arange(min(images, HEAD_ROWS))
    width = row_bytes // np.dtype(params.extract.dtype).itemsize
    features = np.random.default_rng(0).random((len(rows), width), np.float32)
    views = {0: FeatureView(Rows([features]), rows)}
    cached = CachedTraining(params.train, classes, rows % classes, views)
    for phase in ("first", "second"):
        with costs.phase(phase):
            cached.train(rows, rows[: len(rows) // 3 + 1], [0] * epochs, seed=0)
    setup, first, second = costs.seconds.values()
    image = second / (epochs * len(rows))
    return Pace(setup + max(first - second, 0.0), image, image)


def _pace(params: Params, images: np.ndarray, compute: Compute, size: int, start: float) -> Pace:
    """Args: start: Seconds until the first batch."""
    names = [f"{row:064x}" for row in range(len(images))]
    plans = [draw(params.augment, params.seed, view, names) for view in (0, 1)]

    def seconds(view: int, count: int) -> float:
        rows = np.arange(count * size).reshape(count, size) % len(images)
        begun = time.perf_counter()
        deque(compute(render(images[batch], plans[view][batch]) for batch in rows), maxlen=0)
        return time.perf_counter() - begun

    first, second = seconds(0, 1), seconds(0, 1)
    count = math.ceil(SECONDS / second)
    image, view = (seconds(view, count) / (count * size) for view in (0, 1))
    return Pace(start + max(first - second, 0.0), image, view)
