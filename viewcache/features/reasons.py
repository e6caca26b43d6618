"""Why rows of features must be computed: which part of their key is new."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from viewcache.features.keys import first_halves, sortable
from viewcache.features.shards import Shard
from viewcache.features.store import Index
from viewcache.features.wanted import WantedView


class Reasons:
    """What known rows tell of those that are missing.

    Args:
        digests: Of all prepared images.
        made_by: As `keys_of_rows` takes it.
        originals: The rows of view 0.
    """

    def __init__(
        self,
        shards: Sequence[Shard],
        digests: Sequence[str],
        made_by: dict[str, Any],
        originals: WantedView,
    ) -> None:
        self._index, self._shards, self._made_by = Index(shards), shards, made_by
        self._images = first_halves(digests)
        self._same_pixels = self._index.places(originals.keys) >= 0

    def line(self, view: WantedView) -> str:
        """How many rows of a view are known and how many must be computed, and why."""
        missing, total = self._missing(view), len(view.keys)
        counts = f"view {view.view}: {total:,} rows: {total - len(missing):,} reused"
        told = f"{counts}, {len(missing):,} computed"
        why = ", ".join(f"{reason}: {count:,}" for reason, count in self._why(view).most_common())
        return f"{told} ({why})" if len(missing) else told

    def _missing(self, view: WantedView) -> np.ndarray:
        return view.images[self._index.places(view.keys) < 0]

    def _why(self, view: WantedView) -> Counter[str]:
        """How many rows must be computed for each reason, by the newest row of image and view."""
        missing, found = self._missing(view), Counter[str]()
        for shard in self._shards:
            known = np.isin(self._names(missing), sortable(shard.images[shard.views == view.view]))
            parts = [*differing(shard.about.made_by, self._made_by)]
            for image in missing[known]:
                found[self._reason(parts, int(image), view.view)] += 1
            missing = missing[~known]
        found["new to this view"] += len(missing)
        return +found

    def _names(self, images: np.ndarray) -> np.ndarray:
        return sortable(self._images[images])

    def _reason(self, parts: list[str], image: int, view: int) -> str:
        if parts:
            return f"other {', '.join(parts)}"
        return "other augmentation" if view and self._same_pixels[image] else "other pixels"


def differing(before: dict[str, Any], now: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Names of the parts that differ, one in the other as `base.spec.pooling`."""
    for name in sorted(before.keys() | now.keys()):
        one, other = before.get(name), now.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from differing(one, other, f"{prefix}{name}.")
        elif one != other:
            yield prefix + name
