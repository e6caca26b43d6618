"""A head on features that are larger than memory: `python -m benchmarks.streaming [GIGABYTES]`.

The disk is really read: the file is real, and not in the page cache when a measurement begins. All
is as if memory were full: of reading alone, what is in the page cache is dropped before each
piece; an epoch reads each row once, so that what stays there is of no use to it.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import psutil

from viewcache.features import store
from viewcache.features.store import FeatureRows, FeatureView, Rows
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.row_files import write_rows
from viewcache.heads import training
from viewcache.heads.trainer import HeadTrainer

WIDTH, BATCH, PIECE = 5120, 32, 3200
BLOCK = 1000  # neighbours that are read together, where blocks are shuffled
READ = 4  # pieces that are read to tell the speed
THREADS = 8
SETTINGS = HeadSettings(units=256, dropout=0.5, standardize=False, weight_decay=0)
FULL = SimpleNamespace(available=0)
Way = Callable[[FeatureView, np.ndarray], object]


def main() -> None:
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    pieces = int(gigabytes * 1e9 / (4 * WIDTH * PIECE))
    full = patch.object(store, "virtual_memory", lambda: FULL)
    with tempfile.TemporaryDirectory(dir=".") as folder, full:
        path, drawn = Path(folder) / "features.npy", np.random.default_rng(0)
        features = (drawn.random((PIECE, WIDTH), np.float32) for _ in range(pieces))
        write_rows(path, features, (WIDTH,), np.dtype(np.float32))
        order = drawn.permutation(pieces * PIECE)
        for what, rows, way in _ways(order, drawn):
            _tell(what, path, partial(_read, path, rows=rows, way=way))
        training.make_deterministic()
        _tell("an epoch and its validation", path, partial(_train, order=order))
        _tell("the same of the first piece alone", path, partial(_train_in_memory, order=order))


def _ways(order: np.ndarray, drawn: np.random.Generator) -> list[tuple[str, np.ndarray, Way]]:
    """Orders in which rows are read, and how they are."""
    blocks = drawn.permutation(np.arange(len(order) // BLOCK * BLOCK).reshape(-1, BLOCK))
    shuffled = drawn.permuted(blocks, axis=1).ravel()
    learnt = order[len(order) // 5 :]
    return [
        ("file order, by the map", np.sort(learnt), FeatureView.of),
        ("blocks, by the map", shuffled, FeatureView.of),
        ("permutation, by the map", learnt, FeatureView.of),
        ("permutation, in threads", learnt, _of_threads),
        ("permutation, fetched", learnt, _fetched),
    ]


def _fetched(view: FeatureView, rows: np.ndarray) -> np.ndarray:
    """As training reads, but for reading a piece while the one before it is trained on."""
    view.fetch(rows)
    return view.of(rows)


def _of_threads(view: FeatureView, rows: np.ndarray) -> list[bytes]:
    """By `pread` in threads."""
    [features] = view.rows.arrays
    assert isinstance(features, np.memmap)
    size, first = view.rows.row_bytes, features.offset
    with Path(str(features.filename)).open("rb") as file, ThreadPoolExecutor(THREADS) as pool:
        starts = (first + row * size for row in rows.tolist())
        return list(pool.map(partial(os.pread, file.fileno(), size), starts))


def _tell(what: str, path: Path, work: Callable[[FeatureView], int]) -> None:
    features = np.load(path, mmap_mode="r")
    _drop(path)
    process, start = psutil.Process(), time.perf_counter()
    before = process.io_counters().read_bytes
    rows = work(FeatureView(Rows([features]), np.arange(len(features))))
    seconds, wanted = time.perf_counter() - start, rows * features[0].nbytes
    read = process.io_counters().read_bytes - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{what}: {rows:,} of {len(features):,} images in {seconds:.1f} s, "
        f"{wanted / seconds / 1e6:.0f} MB/s; {read / wanted:.1f} times as much read; "
        f"peak memory {peak / 1e6:.2f} GB",
        flush=True,
    )


def _drop(path: Path) -> None:
    """Let the page cache go, so that the disk is read."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _read(path: Path, view: FeatureView, rows: np.ndarray, way: Way) -> int:
    wanted = rows[: READ * PIECE]
    for piece in np.split(wanted, range(PIECE, len(wanted), PIECE)):
        _drop(path)
        way(view, piece)
        view.release(piece)
    return len(wanted)


def _train_in_memory(view: FeatureView, order: np.ndarray) -> int:
    """An eighth of an epoch for which almost nothing is read."""
    return _train(FeatureView(view.rows, view.places % PIECE), order[: len(order) // 8])


def _train(view: FeatureView, order: np.ndarray) -> int:
    held_out, learnt = np.split(order, [len(order) // 5])
    labels = np.arange(len(view.places)) % 2
    HeadTrainer(WIDTH, 2, SETTINGS, 0.001).train(
        {0: view},
        training.make_targets(labels, learnt, "none"),
        training.Validation(FeatureRows(view, held_out), labels[held_out]),
        training.ReadingOrder([0], 1, BATCH, seed=0),
    )
    return len(order)


if __name__ == "__main__":
    main()
