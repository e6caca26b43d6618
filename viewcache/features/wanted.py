"""The rows of features that are wanted, known by key before any is computed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np

from viewcache.bases.artifact import CompiledBase
from viewcache.bases.base import Base
from viewcache.features.keys import keys_of_rows, sortable
from viewcache.features.store import Index


@dataclass(frozen=True)
class Maker:
    """What makes rows of rendered pixels."""

    base: CompiledBase
    dtype: np.dtype[Any]
    batch_size: int

    @cached_property
    def opened(self) -> Base:
        """The base, made ready when it is first asked for."""
        return self.base.open(self.batch_size)

    @property
    def made_by(self) -> dict[str, Any]:
        """All that features depend on besides the pixels that the base gets, part by part."""
        runtime = self.base.description["runtime"]
        return {
            "base": self.base.description,
            "dtype": str(self.dtype),
            "batch_size": self.batch_size,
            "runtime": f"{runtime} {version(runtime)}",
        }


class WantedView(NamedTuple):
    """The rows of a view.

    Attributes:
        images: Rows of the prepared images, those of the view: int64.
        keys: Of the rows: uint8, shape (images, 16).
    """

    view: int
    images: np.ndarray
    keys: np.ndarray


def want(
    maker: Maker, view: int, images: np.ndarray, contents: np.ndarray, plan: np.ndarray
) -> WantedView:
    """The rows of a view of images.

    Args:
        images: Rows of the prepared images.
        contents: Of all prepared images, as `contents` gives them.
        plan: Of the view, for its images.
    """
    return WantedView(view, images, keys_of_rows(contents[images], plan, maker.made_by))


class MissingRows(NamedTuple):
    """Rows that must be computed, view after view, each once.

    Attributes:
        views: Ids: int32, shape (rows,).
        images: Rows of the prepared images: int64, likewise.
        keys: uint8, shape (rows, 16).
    """

    views: np.ndarray
    images: np.ndarray
    keys: np.ndarray

    def by_view(self) -> Iterator[tuple[int, np.ndarray]]:
        """Each view and the places of its rows among these."""
        starts = np.flatnonzero(np.diff(self.views)) + 1
        for places in np.split(np.arange(len(self.views)), starts):
            if len(places):
                yield int(self.views[places[0]]), places


def missing_rows(views: Sequence[WantedView], known: Index) -> MissingRows:
    """The rows of views that are not known, once where several views have the same."""
    keys = np.concatenate([view.keys for view in views])
    unknown = np.flatnonzero(known.places(keys) < 0)
    _, first = np.unique(sortable(keys[unknown]), return_index=True)
    chosen = unknown[np.sort(first)]
    ids = np.repeat(np.array([view.view for view in views], np.int32), [*map(_images, views)])
    images = np.concatenate([view.images for view in views])
    return MissingRows(ids[chosen], images[chosen], keys[chosen])


def _images(view: WantedView) -> int:
    return len(view.images)
