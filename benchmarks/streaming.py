"""A head on features that are larger than memory: `python -m benchmarks.streaming [GIGABYTES]`.

The file is sparse, so its rows are read as from a disk that is never waited for; what is shown is
memory, and the seconds of an epoch against those of reading as many bytes row by row.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from viewcache.features.store import FeatureRows, FeatureView
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads import training
from viewcache.heads.trainer import HeadTrainer, chunks

WIDTH, BATCH = 5120, 32
SETTINGS = HeadSettings(units=256, dropout=0.5, standardize=False, weight_decay=0)


def main() -> None:
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    rows = int(gigabytes * 1e9 / (4 * WIDTH))
    with tempfile.TemporaryDirectory(dir=".") as folder:
        features = np.lib.format.open_memmap(
            Path(folder) / "features.npy", "w+", np.float32, (rows, WIDTH)
        )
        view = FeatureView(features, np.arange(rows))
        training.make_deterministic()
        order = np.random.default_rng(0).permutation(rows)
        labels, held_out = np.arange(rows) % 2, order[: rows // 5]
        start = time.perf_counter()
        for piece in chunks(view, order[rows // 5 :], BATCH):
            view.of(piece)
        reading, start = time.perf_counter() - start, time.perf_counter()
        HeadTrainer(WIDTH, 2, SETTINGS, 0.001).train(
            {0: view},
            training.make_targets(labels, order[rows // 5 :], "none"),
            training.Validation(FeatureRows(view, held_out), labels[held_out]),
            training.Schedule(1, BATCH, [0], 0, None),
        )
        print(
            f"{gigabytes:g} GB of features, {rows:,} images: an epoch and its validation take "
            f"{time.perf_counter() - start:.0f} s, of which reading {reading:.0f} s; "
            f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"
        )


if __name__ == "__main__":
    main()
