"""Features of views that a training passes, kept for reuse: rows as `extract` would write them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from viewcache.features.lots import record_of_passed
from viewcache.features.reuse import find_rows, keep, open_kept
from viewcache.features.store import FeatureWriter
from viewcache.features.wanted import Maker, Wanted
from viewcache.ground.files import scratch
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.prepared import Prepared
from viewcache.views.plan import draw, drawn_with

if TYPE_CHECKING:
    from viewcache.ground.params.policy import Policy

Features = Callable[[int, np.ndarray], np.ndarray]
"""(view, rows of the prepared images) -> their features: float32, shape (rows, width)."""


@dataclass(frozen=True)
class Recorder:
    """Keeps the features of views while a training reads them.

    Attributes:
        maker: Of these very features.
        policy, seed: That views are drawn with.
        folder: Where a view lies until it is whole.
        costs: Has the seconds of rendering as `augment`, and gets those of whole passes.
    """

    maker: Maker
    images: Prepared
    policy: "Policy"
    seed: int
    folder: Path
    costs: Stopwatch

    @contextmanager
    def recording(self, view: int, rows: np.ndarray, read: Features) -> Iterator[Features]:
        """Keep what is read of a view meanwhile; rows that are kept already are not kept again.

        Args:
            rows: Of the prepared images, all of which are to be read.

        Yields:
            What is to be read instead, and gives the same.

        Raises:
            PipelineError: a row was not read, or a feature is beyond the dtype. Nothing is kept.
        """
        wanted = self._want(view, rows)
        missing = find_rows(wanted.keys, open_kept()).missing
        if not len(missing):
            yield read
            return
        places = np.full(len(self.images.digests), -1, np.int64)
        places[rows[missing]] = np.arange(len(missing))
        before, timed = dict(self.costs.seconds), self.costs.timed("extract", read)
        shape, keys = self.maker.opened.row_shape, wanted.keys[missing]
        with scratch(self.folder / "recorded") as folder:
            path = folder / "features.npy"
            with FeatureWriter(path, keys, shape, self.maker.dtype, wanted.origin) as writer:

                def recorded(view: int, batch: np.ndarray) -> np.ndarray:
                    features, batch_places = timed(view, batch), places[batch]
                    new = batch_places >= 0
                    writer.write(batch_places[new], features[new])
                    return features

                yield recorded
            keep(path, record_of_passed(self.costs, len(rows), before))

    def _want(self, view: int, rows: np.ndarray) -> Wanted:
        digests, pixels = self.images.of(rows), self.images.pixel_digests[rows]
        plan = draw(self.policy, self.seed, view, digests)
        drawn = drawn_with(view, self.seed, self.policy.model_dump())
        return self.maker.want(view, digests, pixels, plan, drawn)
