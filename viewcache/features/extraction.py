"""The features of a view: rows that were computed before, and the others, computed and kept."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from tqdm import tqdm

from viewcache.features.blocks import Blocks
from viewcache.features.reuse import Found
from viewcache.features.store import FeatureWriter
from viewcache.features.wanted import Maker, Wanted
from viewcache.ground.errors import PipelineError
from viewcache.ground.paths import PREPARED
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.prepared import open_prepared

Render = Callable[[np.ndarray], np.ndarray]
"""From rows of a view to their pixels: uint8, shape (rows, side, side, 3)."""
Computed = tuple[np.ndarray, np.ndarray]
"""Rows of a view, int64, and their features: float32, shape (rows, *row shape)."""


class Started(NamedTuple):
    """Rows of features that are about to be computed.

    Attributes:
        row_shape: Of a row.
        computed: All of them, some at a time and in any order.
    """

    row_shape: tuple[int, ...]
    computed: Iterator[Computed]


class Engine(Protocol):
    """Where rows of features are computed; wherever it is, they are the same to the last bit."""

    def start(self, missing: np.ndarray) -> Started:
        """Make ready, until rows are only waited for.

        Args:
            missing: Rows of a view, at least one.
        """
        ...


class Local(NamedTuple):
    """The engine `local`: this process.

    Attributes:
        rows: Of the prepared images, those of the view: int64.
        costs: Gets the seconds of rendering.
    """

    maker: Maker
    rows: np.ndarray
    render: Render
    costs: Stopwatch

    def start(self, missing: np.ndarray) -> Started:
        """As `Engine` says: ready is a base that is open."""
        return Started(self.maker.opened.row_shape, self._computed(missing))

    def _computed(self, missing: np.ndarray) -> Iterator[Computed]:
        """Rows and their features, batch by batch.

        Raises:
            PipelineError: the base fails on an image.
        """
        render, size = self.costs.timed("augment", self.render), self.maker.batch_size
        begun: deque[np.ndarray] = deque()

        def views() -> Iterator[np.ndarray]:
            for start in range(0, len(missing), size):
                begun.append(missing[start : start + size])
                yield render(begun[-1])

        try:
            for features in self.maker.opened.stream(views()):
                yield begun.popleft(), features
        except PipelineError:
            raise
        except Exception as error:  # Whatever a runtime raises.
            places = np.concatenate(begun)
            failure = failure_of(
                lambda row: self.maker.opened(self.render(places[row])), self.rows[places], error
            )
            raise PipelineError(*failure) from error


class Failure(NamedTuple):
    """Why features cannot be computed, as `PipelineError` takes it."""

    rule: str
    received: str


def failure_of(
    compute: Callable[[np.ndarray], object], images: np.ndarray, error: Exception
) -> Failure:
    """What to tell of images that a base failed on: the first that fails by itself, and why.

    Args:
        compute: Gets one of their numbers, in an array.
        images: Rows of the prepared images.

    Raises:
        Exception: `error`, since none fails by itself.
    """
    for row, image in enumerate(images):
        try:
            compute(np.array([row]))
        except Exception as why:
            path = open_prepared(PREPARED).paths[image]
            return Failure(f"features of {path} must be computed", repr(why))
    raise error


def write_features(
    path: Path, wanted: Wanted, found: Found, maker: Maker, engine: Engine, costs: Stopwatch
) -> None:
    """Write the features of a view; the engine is started only if a row must be computed.

    Args:
        found: Which of the wanted rows are taken over.
        costs: Gets the seconds of the computed rows: `setup`, `augment` and `extract`.
    """
    with costs.phase("setup"):
        started = _start(found, engine)
    with FeatureWriter(path, wanted.keys, started.row_shape, maker.dtype, wanted.origin) as writer:
        for rows, features in found.read():
            writer.write(rows, features)
        with costs.phase("extract"):
            blocks = Blocks(path.parent, wanted, maker.dtype, costs)
            for rows, features in _with_bar(started.computed, len(found.missing)):
                writer.write(rows, features)
                blocks.add(rows, features)


def _start(found: Found, engine: Engine) -> Started:
    if len(found.missing):
        return engine.start(found.missing)
    return Started(found.lots[0].row_shape, iter(()))


def _with_bar(computed: Iterator[Computed], rows: int) -> Iterator[Computed]:
    """The same, counted on the terminal."""
    if not rows:
        return
    with tqdm(total=rows, desc="extract", unit=" images", disable=None, leave=False) as bar:
        for places, features in computed:
            yield places, features
            bar.update(len(places))
