"""The rows of features that are wanted: by key, before any is computed. Equal keys, equal rows."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np

from viewcache.bases.artifact import CompiledBase
from viewcache.bases.base import Base
from viewcache.features.keys import KEY_BYTES, as_rows, first_halves, sortable
from viewcache.features.store import Index, rows_of_views
from viewcache.ground.manifests import load_array
from viewcache.ground.paths import plan_file
from viewcache.images.prepared import Prepared
from viewcache.views.geometry import is_sampled
from viewcache.views.render import DETAIL, operations, versions


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


def contents(
    digests: Sequence[str], pixels: np.ndarray, detail: np.ndarray | None = None
) -> np.ndarray:
    """What images are: their file's bytes, and the pixels that were made of them.

    In the pixels background and decoder count; names do not. Files of the same pixels have rows of
    their own, since a row says whose it is, and views are drawn by the file's bytes.

    Args:
        digests: Of the images.
        pixels: Digests of their pixels: uint8, shape (images, 16).
        detail: Likewise of their detail, where there is one.

    Returns:
        uint8, shape (images, 32), or with detail (images, 48).
    """
    parts = [first_halves(digests), pixels, detail]
    return np.hstack([part for part in parts if part is not None])


def keys_of_rows(images: np.ndarray, plan: np.ndarray, made_by: dict[str, Any]) -> np.ndarray:
    """BLAKE2b of what each image is, what its view does to it, and what makes the row.

    Of the view, only operations that change something, so that an operation more, or a parameter
    of another one, leaves the key as it is; and of the image its detail, only where the view is
    sampled from that.

    Args:
        images: As `contents` gives them.
        plan: Their rows of the view's plan.
        made_by: What makes a row of the rendered pixels, part by part.

    Returns:
        uint8, shape (images, 16).
    """
    base = json.dumps(made_by, sort_keys=True).encode()
    rendered = json.dumps(made_by | versions(), sort_keys=True).encode()
    return as_rows(
        hashlib.blake2b(
            image + changes + (rendered if changes else base), digest_size=KEY_BYTES
        ).digest()
        for image, changes in zip(_shown(images, plan), operations(plan), strict=True)
    )


def _shown(images: np.ndarray, plan: np.ndarray) -> Iterator[bytes]:
    """What each view is rendered from."""
    for image, sampled in zip(images, is_sampled(plan), strict=True):
        as_it_is, detail = np.split(image, [2 * KEY_BYTES])
        yield as_it_is.tobytes() + (DETAIL + detail.tobytes() if sampled and detail.size else b"")


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


def wanted_views(images: Prepared, maker: Maker, planned: Sequence[int]) -> list[WantedView]:
    """The rows of views as `augment` planned them.

    Args:
        planned: Their ids.

    Raises:
        PipelineError: a plan is missing or damaged.
    """
    known = contents(images.digests, images.pixel_digests, images.detail_digests)
    return [
        want(maker, view, rows, known, load_array(plan_file(view)))
        for view, rows in rows_of_views(planned, len(images.digests)).items()
    ]


class MissingRows(NamedTuple):
    """Rows that must be computed, view after view, each once.

    Attributes:
        views: Ids: int32, shape (rows,).
        images: Places among the prepared images: int64, likewise.
        planned: Places in the views' plans, likewise.
        keys: uint8, shape (rows, 16).
    """

    views: np.ndarray
    images: np.ndarray
    planned: np.ndarray
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
    counts = [len(view.images) for view in views]
    ids = np.repeat(np.array([view.view for view in views], np.int32), counts)
    images = np.concatenate([view.images for view in views])
    planned = np.concatenate([*map(np.arange, counts)])
    return MissingRows(ids[chosen], images[chosen], planned[chosen], keys[chosen])
