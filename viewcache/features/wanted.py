"""The rows of features that are wanted of a view, known by key before any is computed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from viewcache.bases.artifact import CompiledBase
from viewcache.bases.base import Base
from viewcache.features.keys import keys_of_rows
from viewcache.features.store import Origin
from viewcache.ground.manifests import digest_of_digests
from viewcache.views import plan as plans
from viewcache.views.render import RENDERER


@dataclass(frozen=True)
class Wanted:
    """The rows of a view.

    Attributes:
        keys: Of the rows, as `keys_of_rows` gives them.
    """

    origin: Origin
    keys: np.ndarray


@dataclass(frozen=True)
class Maker:
    """What makes rows of features."""

    base: CompiledBase
    dtype: np.dtype[Any]
    batch_size: int

    @cached_property
    def opened(self) -> Base:
        """The base, made ready when it is first asked for."""
        return self.base.open(self.batch_size)

    def want(
        self,
        view: int,
        digests: Sequence[str],
        pixels: np.ndarray,
        plan: np.ndarray,
        drawn: dict[str, Any],
    ) -> Wanted:
        """The rows of a view of images.

        Args:
            digests: Of the images.
            pixels: Digests of their pixels.
            plan: Of the view, for these images.
            drawn: What it was drawn with.
        """
        parts = {
            "renderer": RENDERER,
            "base": self.base.description,
            "dtype": str(self.dtype),
            "batch_size": self.batch_size,
        }
        images, identity = digest_of_digests(digests), self.base.identity
        origin = Origin(view, images, plans.digest(plan), identity, drawn, parts)
        keys = keys_of_rows(digests, pixels, plan, json.dumps(parts, sort_keys=True))
        return Wanted(origin, keys)
