"""How fast images go through a base, each way to run it, and through heads."""

import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np

from stages.arrays import write_rows
from stages.bases.base import Base
from stages.costs import Costs
from stages.heads import training
from stages.heads.end_to_end import EndToEndBase, on_compiled, on_keras
from stages.heads.head import build_head
from stages.heads.trainer import HeadTrainer
from stages.images.prepared import Prepared
from stages.params import Params, Train
from stages.report.cost_model import Pace, Paces
from stages.views.fresh import fresh_views

SECONDS = 1.2
"""How long a pace is measured."""
HEAD_ROWS = 512
"""Images of an epoch that heads are measured in."""


def measure_paces(
    base: Base, model: keras.Model, params: Params, sample: Prepared, classes: int, images: int
) -> Paces:
    """Measure every pace, as the stages work: deterministically, which sets TensorFlow so.

    Args:
        base: The compiled base.
        model: The same base in Keras.
        sample: Some of the training images, which are gone through as often as it takes.
        classes: Number of classes.
        images: Number of training images.
    """
    training.make_deterministic()
    settings = params.train
    ways = {
        "keras": on_keras(model, settings.learning_rate, settings.head.weight_decay),
        "compiled": on_compiled(base),
    }
    with sample.read() as pixels:
        read = fresh_views(pixels, sample.digests, params.augment, params.seed)
        return Paces(
            extract=_extraction(base, read, len(sample.labels), 1),
            extract_identity=_extraction(base, read, len(sample.labels), 0),
            end_to_end={
                kind: _end_to_end(ways[kind], base.width, read, sample, classes, settings, images)
                for kind in settings.end_to_end_bases
            },
            head=_heads(base.width, classes, settings, images),
        )


def _extraction(base: Base, read: training.Reader, sample: int, view: int) -> Pace:
    costs = Costs()
    render = costs.timed("augment", read)
    size = base.batch_size

    def batches(count: int) -> Iterator[np.ndarray]:
        for start in range(0, count * size, size):
            yield render(view, np.arange(start, start + size) % sample)

    def run(count: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            features = base.stream(batches(count))
            write_rows(Path(folder) / "features.npy", features, (base.width,), np.dtype("float32"))

    return _pace(run, size, costs)


def _end_to_end(
    base: EndToEndBase,
    width: int,
    read: training.Reader,
    sample: Prepared,
    classes: int,
    settings: Train,
    images: int,
) -> Pace:
    """Base and head in `fit`, for an epoch of all training images or as many as time allows."""
    costs = Costs()
    render = costs.timed("augment", read)
    head = build_head(width, classes, settings.head, settings.learning_rate, seed=0)
    targets = training.make_targets(sample.labels, settings.class_weights)
    size = settings.batch_size
    run_epoch = training.by_fit(
        base.attach(head), lambda view, rows: base.prepare(render(view, rows)), targets, size
    )

    def run(steps: int) -> None:
        run_epoch(1, 1, np.arange(steps * size) % len(sample.labels))

    return _pace(run, size, costs, most=math.ceil(images / size))


def _heads(width: int, classes: int, settings: Train, images: int) -> Pace:
    """Heads side by side, one a core, on features without meaning."""
    count = min(os.cpu_count() or 1, len(settings.budgets) * len(settings.seeds))
    rows = min(images, HEAD_ROWS)
    features = np.random.default_rng(0).random((rows, width), np.float32)
    targets = training.make_targets(np.arange(rows) % classes, settings.class_weights)
    held_out = training.Validation(features[: rows // 4 + 1], targets.labels[: rows // 4 + 1])
    trainers = [
        HeadTrainer(width, classes, settings.head, settings.learning_rate) for _ in range(count)
    ]

    def run(epochs: int) -> None:
        schedule = training.Schedule(epochs, settings.batch_size, 0, seed=0, patience=None)
        with ThreadPoolExecutor() as workers:
            done = [
                workers.submit(trainer.train, {0: features}, targets, held_out, schedule)
                for trainer in trainers
            ]
            for head in done:
                head.result()

    return _pace(run, count * rows, Costs(), most=settings.epochs)


def _pace(run: Callable[[int], None], images: int, costs: Costs, most: int | None = None) -> Pace:
    """Do more and more of a piece of work, until it takes long enough to be told from noise.

    Args:
        run: Does so many pieces.
        images: Images of a piece.
        costs: Where the seconds of rendering are added up.
        most: No more pieces than that.
    """

    def seconds_of(count: int) -> float:
        costs.seconds["augment"] = 0.0
        start = time.perf_counter()
        run(count)
        return time.perf_counter() - start

    first, seconds, count = seconds_of(1), seconds_of(1), 1
    start = max(0.0, first - seconds)
    while seconds < SECONDS and count != most:
        # Half as much again, since a piece by itself takes longer than one of many.
        longer = max(count + 1, math.ceil(1.5 * count * SECONDS / seconds))
        count = min(most or longer, longer)
        seconds = seconds_of(count)
    augment = costs.seconds["augment"] / (count * images)
    return Pace(start, augment, seconds / (count * images) - augment)
