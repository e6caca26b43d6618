"""What the rows of views cost when they were computed, which may be long ago and elsewhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from viewcache.features.shards import Shard
from viewcache.features.store import Index, Numbering
from viewcache.features.wanted import WantedView


def costs_of_views(views: Sequence[WantedView], shards: Sequence[Shard]) -> dict[str, Any]:
    """For the record of `extract`: a row costs what the rows of its shard did on average.

    Returns:
        `views`: of each its number of rows, their bytes, seconds by part, when the first and the
        last of them was computed, and the machines; `machines`: these in words, by id.
    """
    index, numbering = Index(shards), Numbering(shards)
    holders = {view.view: numbering.find(index.places(view.keys))[0] for view in views}
    return {
        "views": {str(view): _costs(of, shards) for view, of in holders.items()},
        "machines": {shard.about.machine["id"]: shard.about.machine for shard in shards},
    }


def _costs(holders: np.ndarray, shards: Sequence[Shard]) -> dict[str, Any]:
    """Of the rows of a view, by the number of the shard that holds each."""
    counted = zip(*np.unique(holders, return_counts=True), strict=True)
    of = [(shards[holder], int(count)) for holder, count in counted]
    moments = [shard.about.measured_at for shard, _ in of]
    seconds = {
        part: sum(count / len(shard) * shard.about.seconds[part] for shard, count in of)
        for part in ("extract", "augment")
    }
    return {
        "rows": len(holders),
        "row_bytes": of[0][0].features[:1].nbytes,
        "seconds": seconds,
        "open": max(shard.about.seconds["open"] for shard, _ in of),
        "measured_at": [min(moments), max(moments)],
        "machines": sorted({shard.about.machine["id"] for shard, _ in of}),
    }
