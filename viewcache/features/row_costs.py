"""What the rows of views cost when they were computed, which may be long ago and elsewhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from viewcache.features.shards import Shard
from viewcache.features.store import Index
from viewcache.features.wanted import WantedView


def costs_of_views(views: Sequence[WantedView], shards: Sequence[Shard]) -> dict[str, Any]:
    """For the record of `extract`: a row costs what the rows of its shard did on average.

    Returns:
        `views`: of each its number of rows, their bytes, seconds by part, when the first and the
        last of them was computed, and the machines; `machines`: these in words, by id.
    """
    index, starts = Index(shards), np.cumsum([0, *map(len, shards)])
    return {
        "views": {
            str(view.view): _costs(index.places(view.keys), starts, shards) for view in views
        },
        "machines": {shard.about.machine["id"]: shard.about.machine for shard in shards},
    }


def _costs(places: np.ndarray, starts: np.ndarray, shards: Sequence[Shard]) -> dict[str, Any]:
    holders, rows = np.unique(np.searchsorted(starts, places, side="right") - 1, return_counts=True)
    of = [(shards[holder], int(count)) for holder, count in zip(holders, rows, strict=True)]
    moments = [shard.about.measured_at for shard, _ in of]
    seconds = {
        part: sum(count / len(shard) * shard.about.seconds[part] for shard, count in of)
        for part in ("extract", "augment")
    }
    return {
        "rows": len(places),
        "row_bytes": of[0][0].features[:1].nbytes,
        "seconds": seconds,
        "open": max(shard.about.seconds["open"] for shard, _ in of),
        "measured_at": [min(moments), max(moments)],
        "machines": sorted({shard.about.machine["id"] for shard, _ in of}),
    }
