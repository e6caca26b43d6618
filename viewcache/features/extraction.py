"""Rows of features, computed from prepared images and the plans of their views."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np

from viewcache.features.keys import first_halves
from viewcache.features.shards import Shard, ShardWriter
from viewcache.features.wanted import Maker, MissingRows
from viewcache.ground.errors import PipelineError
from viewcache.ground.paths import PREPARED, ROWS, plan_file
from viewcache.ground.progress import Progress
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.views.render import render


class Batch(NamedTuple):
    """Rows of one view, as many as the base takes at once.

    Attributes:
        places: Among the missing rows: int64, shape (rows,).
        images: Rows of the prepared images, likewise.
        plan: Their rows of the view's plan.
    """

    view: int
    places: np.ndarray
    images: np.ndarray
    plan: np.ndarray


Computed = tuple[np.ndarray, np.ndarray]
"""Places among the missing rows, of one view, and features: float32, shape (rows, *row shape)."""


class Engine(Protocol):
    """Where rows are computed; wherever it is, they are the same to the last bit."""

    def compute(self, batches: Iterator[Batch]) -> Iterator[Computed]:
        """All rows, some at a time and in any order.

        Raises:
            PipelineError: the base fails on an image.
        """
        ...


def engine_of(name: str, maker: Maker, images: Prepared, costs: Stopwatch) -> Engine:
    """The engine of a name that `extract.engine` may have."""
    if name == "local":
        return Local(maker, images, costs)
    from viewcache.features.on_ray import OnRay

    return OnRay(maker, costs)


class Local(NamedTuple):
    """The engine `local`: this process.

    Attributes:
        costs: Gets the seconds of rendering.
    """

    maker: Maker
    images: Prepared
    costs: Stopwatch

    def compute(self, batches: Iterator[Batch]) -> Iterator[Computed]:
        """As `Engine` says."""
        begun: deque[Batch] = deque()
        with self.images.read_detailed() as pixels:

            def views_of(batch: Batch) -> np.ndarray:
                rows = batch.images
                return render(pixels.read(rows), batch.plan, pixels.detail(rows))

            rendered = self.costs.timed("augment", views_of)

            def views() -> Iterator[np.ndarray]:
                for batch in batches:
                    begun.append(batch)
                    yield rendered(batch)

            try:
                for features in self.maker.opened.stream(views()):
                    yield begun.popleft().places, features
            except PipelineError:
                raise
            except Exception as error:  # Whatever a runtime raises.
                raise PipelineError(*self._failure(begun, rendered, error)) from error

    def _failure(
        self, begun: deque[Batch], rendered: Callable[[Batch], np.ndarray], error: Exception
    ) -> "Failure":
        rows = [_row(batch, row) for batch in begun for row in range(len(batch.places))]
        images = np.array([row.images[0] for row in rows])
        return failure_of(lambda row: self.maker.opened(rendered(rows[int(row[0])])), images, error)


def _row(batch: Batch, row: int) -> Batch:
    return Batch(batch.view, *(of[row : row + 1] for of in batch[1:]))


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


def extract_rows(
    missing: MissingRows, images: Prepared, maker: Maker, engine: Engine, costs: Stopwatch
) -> list[Shard]:
    """Compute rows and write them into new shards.

    Args:
        missing: At least one row.
        costs: Gets the phases `open`, until the first rows are there, and `extract`.

    Returns:
        The new shards.
    """
    digests = first_halves(images.digests)
    computed = engine.compute(batches(missing, maker.batch_size))
    with costs.phase("open"):
        first = next(computed)
    with (
        costs.phase("extract"),
        ShardWriter(ROWS, maker.dtype, maker.made_by, costs) as writer,
        Progress("extract", len(missing.keys), "images") as bar,
    ):
        for places, features in chain([first], computed):
            view, of = int(missing.views[places[0]]), digests[missing.images[places]]
            writer.write(view, of, missing.keys[places], features)
            bar.update(len(places))
    return [Shard(path) for path in writer.written]


def batches(missing: MissingRows, size: int) -> Iterator[Batch]:
    """The rows in batches, each of one view.

    A plan, which its keys were made from, is read again when its view's turn comes.
    """
    for view, places in missing.by_view():
        plan = np.load(plan_file(view), allow_pickle=False)
        for part in np.split(places, range(size, len(places), size)):
            yield Batch(view, part, missing.images[part], plan[missing.planned[part]])
