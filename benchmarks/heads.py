"""Training heads against Keras' `fit`, and against the memory traffic of Adam."""

import contextlib
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
from keras import layers

from benchmarks.measure import Row, Target, interleaved, middle, ratio
from viewcache.features.keys import first_halves
from viewcache.features.shards import ShardWriter
from viewcache.features.store import FeatureView, Rows, open_views, save_keys
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.paths import ROWS
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads.course import course
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import ReadingOrder, Validation, make_deterministic, make_targets

IMAGES, WIDTH, UNITS, BATCH, EPOCHS = 1544, 1280, 256, 32, 10
HEAD = HeadSettings(units=UNITS, dropout=0.5, standardize=False, weight_decay=0)
SEEDS, BUDGETS = range(5), (0, 1, 2, 4, 10)
COPIED = 2 * 4 * WIDTH * UNITS * 1000  # bytes read and written
STEPS = -(-IMAGES // BATCH) * EPOCHS
DIGESTS = [str(number) for number in range(IMAGES)]


def rows(runs: int) -> Iterator[Row]:
    make_deterministic()
    rng = np.random.default_rng(0)
    views = np.maximum(rng.normal(size=(EPOCHS + 1, IMAGES, WIDTH)), 0).astype(np.float32)
    labels = rng.integers(0, 2, IMAGES)
    validation = Validation(views[0, :394], labels[:394])
    trainer = HeadTrainer(WIDTH, 2, HEAD, 0.001)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        _store(views[:EPOCHS])
        graph, fit, copy, alone, check = interleaved(
            [
                lambda: train_side_by_side(views, labels, validation),
                lambda: _fit(views[1], labels, validation),
                _copy,
                lambda: _train_alone(trainer, views, labels, validation),
                lambda: open_views(range(EPOCHS), DIGESTS),
            ],
            runs,
        )
    heads = len(SEEDS) * len(BUDGETS)
    one_graph = [seconds / heads for seconds in graph]
    one_fit = [seconds / len(SEEDS) for seconds in fit]
    yield ratio("one of 25 heads, against Keras fit", one_fit, one_graph, Target(3))
    bandwidth = [COPIED / seconds for seconds in copy]
    traffic = 7 * 4 * (WIDTH * UNITS + UNITS)  # reads weights, gradient and moments; writes three
    limit = [STEPS * traffic / speed for speed in bandwidth]
    yield ratio(
        "one of 25 heads, against the memory traffic of Adam alone", limit, one_graph, Target(0.25)
    )
    yield ratio(
        "verifying ten views, of one head's training on them", check, alone, Target(high=0.05)
    )
    milliseconds = [1000 * seconds / STEPS for seconds in one_graph]
    yield middle("milliseconds a step", milliseconds, Target(high=1))


def _train_alone(
    trainer: HeadTrainer, views: np.ndarray, labels: np.ndarray, validation: Validation
) -> None:
    schedule = ReadingOrder(range(1, EPOCHS + 1), EPOCHS, BATCH, seed=0)
    targets = make_targets(labels, np.arange(IMAGES), "none")
    trainer.train(_opened(views), targets, validation, schedule)


def _opened(views: np.ndarray) -> dict[int, FeatureView]:
    rows = np.arange(IMAGES)
    return {view: FeatureView(Rows([features]), rows) for view, features in enumerate(views)}


def _store(views: np.ndarray) -> None:
    images = first_halves(DIGESTS)
    with ShardWriter(ROWS, views.dtype, {}, Stopwatch()) as writer:
        for view, features in enumerate(views):
            keys = np.random.default_rng(view).integers(0, 256, images.shape, np.uint8)
            writer.write(view, images, keys, features)
            save_keys(view, keys)


def train_side_by_side(views: np.ndarray, labels: np.ndarray, validation: Validation) -> None:
    """Five seeds and five budgets, two heads at a time, as `train_head` does it."""
    arms = [(budget, seed) for budget in BUDGETS for seed in SEEDS]
    targets = make_targets(labels, np.arange(IMAGES), "none")
    whole = course(EPOCHS, "never")

    def share(part: list[tuple[int, int]]) -> None:
        trainer = HeadTrainer(WIDTH, 2, HEAD, 0.001)
        for budget, seed in part:
            schedule = ReadingOrder(whole.views(budget, seed), EPOCHS, BATCH, seed)
            trainer.train(_opened(views), targets, validation, schedule)

    with ThreadPoolExecutor() as workers:
        list(workers.map(share, [arms[0::2], arms[1::2]]))


def _fit(features: np.ndarray, labels: np.ndarray, validation: Validation) -> None:
    """A head for each seed, as one would write it."""
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        head = keras.Sequential(
            [
                keras.Input((WIDTH,)),
                layers.Dense(UNITS, "relu"),
                layers.Dropout(0.5),
                layers.Dense(1, "sigmoid"),
            ]
        )
        head.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        test = (validation.features, validation.labels)
        head.fit(features, labels, BATCH, EPOCHS, verbose=0, validation_data=test)


def _copy() -> None:
    """Read and write COPIED bytes, in pieces as large as the weights of a head."""
    source = np.zeros(WIDTH * UNITS, np.float32)
    target = np.empty_like(source)
    for _ in range(COPIED // (2 * source.nbytes)):
        np.copyto(target, source)
