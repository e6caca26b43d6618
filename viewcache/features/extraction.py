"""The features of a view: rows that were computed before, and the others, computed and kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from viewcache.features.blocks import Blocks
from viewcache.features.reuse import Found
from viewcache.features.store import FeatureWriter
from viewcache.features.wanted import Maker, Wanted
from viewcache.ground.stopwatch import Stopwatch

Render = Callable[[np.ndarray], np.ndarray]
"""From rows of a view to their pixels: uint8, shape (rows, side, side, 3)."""


def write_features(
    path: Path, wanted: Wanted, found: Found, maker: Maker, render: Render, costs: Stopwatch
) -> None:
    """Write the features of a view; the base is opened only if a row must be computed.

    Args:
        found: Which of the wanted rows are taken over.
        costs: Gets the seconds of the computed rows: `setup`, `augment` and `extract`.
    """
    with costs.phase("setup"):
        shape = (maker.opened.width,) if len(found.missing) else found.lots[0].row_shape
    with FeatureWriter(path, wanted.keys, shape, maker.dtype, wanted.origin) as writer:
        for rows, features in found.read():
            writer.write(rows, features)
        with costs.phase("extract"):
            blocks = Blocks(path.parent, wanted, maker.dtype, costs)
            for rows, features in _computed(found.missing, maker, render, costs):
                writer.write(rows, features)
                blocks.add(rows, features)


def _computed(
    missing: np.ndarray, maker: Maker, render: Render, costs: Stopwatch
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows and their features, a batch at a time."""
    if not len(missing):
        return
    size = maker.batch_size
    batches = [missing[start : start + size] for start in range(0, len(missing), size)]
    views = map(costs.timed("augment", render), batches)
    with tqdm(total=len(missing), desc="extract", unit=" images", disable=None, leave=False) as bar:
        for batch, features in zip(batches, maker.opened.stream(views), strict=True):
            yield batch, features
            bar.update(len(batch))
