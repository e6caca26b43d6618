"""Whether what was stored is what the original images give."""

from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from viewcache.arms.reference import Reference, Stored, differences, draw_stored, tolerance
from viewcache.bases.frozen import load_base
from viewcache.ground.manifests import verify
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import PREPARED, seen_file
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.prepared import Prepared, open_prepared


def replay(params: Params, count: int) -> dict[str, Any]:
    """Compute stored features again: some of the cache, and those that end-to-end kept.

    Args:
        count: How many of the cache.

    Returns:
        `features`, how many were computed again; `max_relative_difference`; and `tolerance`.

    Raises:
        PipelineError: one of them is off by more than the tolerance.
    """
    images = open_prepared(PREPARED)
    views = [*params.extract.views, *ids_of_test_views(params.evaluate.test_views)]
    stored = draw_stored(images, views, count, params.seed)
    for kind in params.train.end_to_end:
        stored += _kept(kind, images)
    bar = tqdm(differences(stored, _reference(params)), "replay", len(stored), disable=None)
    return {
        "features": len(stored),
        "max_relative_difference": max(bar),
        "tolerance": tolerance(np.dtype(params.extract.dtype)),
    }


def _kept(kind: str, images: Prepared) -> list[Stored]:
    """What end-to-end's base gave for the first batch of an epoch."""
    file = seen_file(kind)
    view, paths = verify(file)["view"], images.paths
    with np.load(file, allow_pickle=False) as kept:
        return [
            Stored(file, paths[row], images.digests[row], view, features)
            for row, features in zip(kept["rows"], kept["features"], strict=True)
        ]


def _reference(params: Params) -> Reference:
    data = params.data
    decoding = DecodingPolicy(params.side, data.min_size, data.background)
    base = load_base(params.base_spec)
    return Reference(Path(data.path), decoding, params.augment, params.seed, base)
