"""A moment of each stage's work: how long until it began, and then for an image."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from viewcache.bases.artifact import load_layers_above_cut, open_base
from viewcache.bases.compiling import compile_base
from viewcache.bases.frozen import load_base
from viewcache.costs.paces import Pace
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.schema import Params
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import training
from viewcache.heads.cached_training import CachedTraining
from viewcache.images.decoding import Decoded
from viewcache.views.plan import draw
from viewcache.views.render import render_decoded

SECONDS, HEAD_ROWS = 2.0, 1024
"""A pace is timed for so many seconds at most; a head's, with so many images an epoch at most."""
Compute = Callable[[Iterator[np.ndarray]], Iterable[np.ndarray]]
"""From batches of images to their features."""


def try_bases(
    params: Params, images: Sequence[Decoded], folder: Path, costs: Stopwatch
) -> dict[str, Pace]:
    """Compile the base into a folder, and run it in every way, without a head.

    Args:
        costs: With the phases `setup`, of a process, and then `import`, of TensorFlow.
    """
    how, seconds = params.base, costs.seconds
    with costs.phase("compile"):
        pixels = np.stack([image.pixels for image in images])
        compile_base(folder, params.base_spec, how.runtime, how.precision, pixels)
    with costs.phase("open"):
        base = open_base(folder, how.batch_size)
    names = [f"{row:064x}" for row in range(len(images))]
    plans = [draw(params.augment, params.seed, view, names) for view in (0, 1)]

    def pace(start: float, compute: Compute, size: int) -> Pace:
        def run(view: int, count: int) -> None:
            batches = np.arange(count * size).reshape(count, size) % len(images)
            views = (
                render_decoded([images[row] for row in rows], plans[view][rows]) for rows in batches
            )
            deque(compute(views), maxlen=0)

        return _pace(start, run, size)

    start, batch = seconds["setup"] + seconds["import"], params.train.batch_size
    row_bytes = math.prod(base.row_shape) * np.dtype(params.extract.dtype).itemsize
    extract = pace(seconds["setup"] + seconds["open"], base.stream, how.batch_size)
    paces = {
        "augment": Pace(seconds["setup"]),
        "compile_base": Pace(start + seconds["compile"]),
        "extract": extract._replace(row_bytes=row_bytes),
        "train_end_to_end_compiled": pace(start + seconds["open"], partial(map, base), batch),
    }
    if how.in_keras:
        with costs.phase("load"):
            by_hand = partial(map, load_base(params.base_spec).predict_on_batch)
        paces["train_end_to_end_keras"] = pace(start + seconds["load"], by_hand, batch)
    return paces


def try_head(params: Params, folder: Path, classes: int, images: int, epochs: int) -> Pace:
    """Train heads on features without meaning, in a process that does nothing else."""
    training.one_thread_an_operation()
    training.make_deterministic()
    costs, rows = Stopwatch(), np.arange(min(images, HEAD_ROWS))
    shape = open_base(folder, params.base.batch_size).row_shape
    features = np.random.default_rng(0).random((len(rows), *shape), np.float32)
    views = dict.fromkeys((0, 1), FeatureView(Rows([features]), rows))
    upper = load_layers_above_cut(folder)
    cached = CachedTraining(params.train, classes, rows % classes, views, upper)

    def run(view: int, count: int) -> None:
        cached.train(rows, rows[: len(rows) // 3 + 1], [view] * count, seed=0)

    return _pace(costs.seconds["setup"], run, len(rows), epochs)


def _pace(start: float, run: Callable[[int, int], None], size: int, most: float = math.inf) -> Pace:
    """Time pieces of work, after a first one.

    Args:
        start: Seconds before it.
        run: Does a number of pieces: `run(view, number)`.
        size: Images of a piece.
    """

    def seconds(view: int, count: int) -> float:
        begun = time.perf_counter()
        run(view, count)
        return time.perf_counter() - begun

    first, second = seconds(0, 1), seconds(0, 1)
    count = math.ceil(min(SECONDS / second, most))
    image, view = (seconds(view, count) / (count * size) for view in (0, 1))
    return Pace(start + max(first - second, 0.0), image, view)
