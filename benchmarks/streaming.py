"""A head on features that are larger than memory: `python -m benchmarks.streaming [GIGABYTES]`.

The disk is really read: the file is real, and not in the page cache when a measurement begins. Of
reading alone, what a piece leaves there is dropped before the next, as if memory were small.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np

from viewcache.features.store import FeatureRows, FeatureView
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.row_files import write_rows
from viewcache.heads import training
from viewcache.heads.trainer import HeadTrainer, chunks

WIDTH, BATCH, PIECE = 5120, 32, 3200
READ = 20  # pieces that are read to tell the speed
SETTINGS = HeadSettings(units=256, dropout=0.5, standardize=False, weight_decay=0)


def main() -> None:
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    pieces = int(gigabytes * 1e9 / (4 * WIDTH * PIECE))
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path, drawn = Path(folder) / "features.npy", np.random.default_rng(0)
        features = (drawn.random((PIECE, WIDTH), np.float32) for _ in range(pieces))
        write_rows(path, features, (WIDTH,), np.dtype(np.float32))
        order = drawn.permutation(pieces * PIECE)
        learnt = order[len(order) // 5 :]
        _tell("reading in file order", path, lambda view: _read(path, view, np.sort(learnt)))
        _tell("reading in a permutation", path, lambda view: _read(path, view, learnt))
        training.make_deterministic()
        _tell("an epoch and its validation", path, lambda view: _train(view, order))


def _tell(what: str, path: Path, work: Callable[[FeatureView], int]) -> None:
    features = np.load(path, mmap_mode="r")
    _drop(path)
    start = time.perf_counter()
    rows = work(FeatureView(features, np.arange(len(features))))
    seconds, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{what}: {rows:,} of {len(features):,} images in {seconds:.1f} s, "
        f"{rows * features[0].nbytes / seconds / 1e6:.0f} MB/s; peak memory {peak / 1e6:.2f} GB",
        flush=True,
    )


def _drop(path: Path) -> None:
    """Let the page cache go, so that the disk is read."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _read(path: Path, view: FeatureView, rows: np.ndarray) -> int:
    read = 0
    for piece in islice(chunks(view, rows, BATCH), READ):
        _drop(path)
        read += len(view.of(piece))
    return read


def _train(view: FeatureView, order: np.ndarray) -> int:
    held_out, learnt = np.split(order, [len(order) // 5])
    labels = np.arange(len(order)) % 2
    HeadTrainer(WIDTH, 2, SETTINGS, 0.001).train(
        {0: view},
        training.make_targets(labels, learnt, "none"),
        training.Validation(FeatureRows(view, held_out), labels[held_out]),
        training.Schedule(1, BATCH, [0], 0, None),
    )
    return len(order)


if __name__ == "__main__":
    main()
