"""Rows kept while a view is computed, so that a kill loses no more than seconds."""

import time
from pathlib import Path
from typing import Any

import numpy as np

from viewcache.features.lots import record_of_lot
from viewcache.features.reuse import keep
from viewcache.features.store import FeatureWriter
from viewcache.features.wanted import Wanted
from viewcache.ground.files import scratch
from viewcache.ground.stopwatch import Stopwatch

SECONDS, BYTES = 2.0, 2**22
"""How long rows wait to be kept, and how many of them: what a kill loses."""


class Blocks:
    """Keeps the rows of an unfinished view for reuse, as files that are sealed as the view is.

    They are dropped when the whole view is kept, since it has all their rows.

    Args:
        folder: Of the view.
        costs: Of computing the rows, from now on.
    """

    def __init__(
        self, folder: Path, wanted: Wanted, dtype: np.dtype[Any], costs: Stopwatch
    ) -> None:
        self._folder, self._wanted, self._dtype, self._costs = folder, wanted, dtype, costs
        self._started, self._computed = time.perf_counter(), 0
        self._begin()

    def _begin(self) -> None:
        self._waiting: list[tuple[np.ndarray, np.ndarray]] = []
        self._began = time.perf_counter()

    def add(self, rows: np.ndarray, features: np.ndarray) -> None:
        """Add rows that were computed; they are kept with others every few seconds."""
        self._waiting.append((rows, features))
        self._computed += len(rows)
        waited = time.perf_counter() - self._began
        if waited > SECONDS or len(self._waiting) * features.nbytes > BYTES:
            self._keep()
            self._begin()

    def _keep(self) -> None:
        keys = self._wanted.keys[np.concatenate([rows for rows, _ in self._waiting])]
        row_shape, origin = self._waiting[0][1].shape[1:], self._wanted.origin
        with scratch(self._folder / "block") as folder:
            path, start = folder / "features.npy", 0
            with FeatureWriter(path, keys, row_shape, self._dtype, origin) as writer:
                for rows, features in self._waiting:
                    writer.write(np.arange(start, start + len(rows)), features)
                    start += len(rows)
            seconds = time.perf_counter() - self._started
            record = record_of_lot(self._costs, self._computed, extract=seconds)
            keep(path, record, whole=False)
