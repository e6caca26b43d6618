"""How fast images go through a base, each way to run it, and through heads."""

import math
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from viewcache.arms.arm import Kind
from viewcache.bases.base import Base
from viewcache.costs.model import Pace, Paces
from viewcache.features.keys import KEY_BYTES
from viewcache.features.shards import ShardWriter
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.schema import Params
from viewcache.ground.quiet_tensorflow import keras
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import training
from viewcache.heads.end_to_end import EndToEndBase, on_compiled, on_keras
from viewcache.heads.head import build_head
from viewcache.heads.trainer import HeadTrainer
from viewcache.images.prepared import Prepared
from viewcache.views.fresh import fresh_views

SECONDS = 1.2
"""How long a pace is measured."""
MOST_EPOCHS = 40
"""Of a head, in which its pace is measured."""
HEAD_ROWS = 512
"""Images of an epoch that a head is measured in."""


@dataclass(frozen=True)
class Work:
    """What is planned.

    Attributes:
        sample: Some of the training images, which are gone through as often as it takes.
        images: Number of all training images.
        classes: Number of classes.
    """

    params: Params
    sample: Prepared
    images: int
    classes: int


def measure_paces(work: Work, base: Base, model: keras.Model, upper: keras.Model | None) -> Paces:
    """Measure every pace, as the stages work: deterministically, which sets TensorFlow so.

    Args:
        base: The compiled base.
        model: The same base in Keras.
        upper: The layers above its cut.
    """
    training.make_deterministic()
    params = work.params
    ways: dict[Kind, EndToEndBase] = {"keras": on_keras(model), "compiled": on_compiled(base)}
    with work.sample.read() as pixels:
        read = fresh_views(pixels, work.sample.digests, params.augment, params.seed)
        return Paces(
            extract=_extraction(work, base, read, 1),
            extract_identity=_extraction(work, base, read, 0),
            end_to_end={
                kind: _end_to_end(work, ways[kind], base.row_shape[-1], upper, read)
                for kind in ways
            },
            head=_head(work, base.row_shape, upper),
        )


def _extraction(work: Work, base: Base, read: training.Reader, view: int) -> Pace:
    """The base over a view, its features written to a file."""
    costs = Stopwatch()
    render = costs.timed("augment", read)
    sample, size = len(work.sample.labels), base.batch_size
    dtype = np.dtype(work.params.extract.dtype)

    def batches(count: int) -> Iterator[np.ndarray]:
        for start in range(0, count * size, size):
            yield render(view, np.arange(start, start + size) % sample)

    def run(count: int) -> None:
        keys = np.zeros((size, KEY_BYTES), np.uint8)
        with (
            tempfile.TemporaryDirectory() as folder,
            ShardWriter(Path(folder), dtype, {}, costs) as writer,
        ):
            for features in base.stream(batches(count)):
                writer.write(view, keys, keys, features)

    return _pace(run, size, costs)


def _end_to_end(
    work: Work, base: EndToEndBase, width: int, upper: keras.Model | None, read: training.Reader
) -> Pace:
    """Base and head in `fit`, for an epoch of all training images or as many as time allows."""
    costs = Stopwatch()
    render = costs.timed("augment", read)
    settings, labels = work.params.train, work.sample.labels
    size = settings.batch_size
    head = build_head(width, work.classes, settings.head, settings.learning_rate, 0, upper)
    run_epoch = training.by_fit(
        base.attach(head),
        lambda view, rows: base.prepare(render(view, rows)),
        training.make_targets(labels, np.arange(len(labels)), settings.class_weights),
        size,
    )

    def run(steps: int) -> None:
        run_epoch(1, np.arange(steps * size) % len(labels))

    return _pace(run, size, costs, most=math.ceil(work.images / size))


def _head(work: Work, row_shape: tuple[int, ...], upper: keras.Model | None) -> Pace:
    """One head by itself, on features without meaning."""
    settings, rows = work.params.train, min(work.images, HEAD_ROWS)
    features = np.random.default_rng(0).random((rows, *row_shape), np.float32)
    view = FeatureView(Rows([features]), np.arange(rows))
    labels = np.arange(rows) % work.classes
    targets = training.make_targets(labels, view.places, settings.class_weights)
    held_out = training.Validation(features[: rows // 4 + 1], labels[: rows // 4 + 1])

    @cache
    def trainer() -> HeadTrainer:
        width, rate = row_shape[-1], settings.learning_rate
        return HeadTrainer(width, work.classes, settings.head, rate, upper)

    def run(epochs: int) -> None:
        schedule = training.Schedule([0] * epochs, epochs, settings.batch_size, seed=0)
        trainer().train({0: view}, targets, held_out, schedule)

    return _pace(run, rows, Stopwatch(), most=MOST_EPOCHS)


def _pace(
    run: Callable[[int], None], images: int, costs: Stopwatch, most: int | None = None
) -> Pace:
    """Do more and more of a piece of work, until it takes long enough to be told from noise.

    Args:
        run: Does so many pieces.
        images: Images of a piece.
        costs: Where the seconds of rendering are added up.
        most: No more pieces than that.
    """

    def seconds_of(count: int) -> float:
        costs.parts["augment"] = 0.0
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
    # Rendering in a thread of its own may be counted longer than the whole on a busy machine.
    augment = min(costs.parts["augment"], seconds)
    return Pace(start, augment / (count * images), (seconds - augment) / (count * images))
