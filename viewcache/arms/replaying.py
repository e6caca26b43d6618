"""Whether what was stored is what the original images give."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from tqdm import tqdm

from viewcache.arms.reference import Reference, Stored, differences, draw_stored, tolerance
from viewcache.bases.artifact import open_base
from viewcache.ground.manifests import verify
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, PREPARED, planned_views, seen_file
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.prepared import Prepared, open_prepared


@dataclass(frozen=True)
class Replayed:
    """Stored features that were computed again.

    Attributes:
        features: How many.
        max_relative_difference: To what was stored.
        tolerance: The largest that is allowed.
    """

    features: int
    max_relative_difference: float
    tolerance: float


def replay(params: Params, count: int) -> Replayed:
    """Compute again some of the cached features, and what end-to-end training saw in a batch.

    By TensorFlow; where the compiled base is in another precision than float32, or none of Keras',
    what it gave is computed by that base itself.

    Args:
        count: Of the cached features.

    Raises:
        PipelineError: one of them is off by more than the tolerance.
    """
    images = open_prepared(PREPARED)
    stored = {"compiled": draw_stored(images, planned_views(), count, params.seed), "keras": []}
    for kind in stored:
        if seen_file(kind).exists():
            stored[kind] += _kept(kind, images)
    if params.base.precision == "float32" and params.base.in_keras:
        stored = {"keras": [*chain(*stored.values())]}
    found = chain.from_iterable(
        differences(of, _reference(params, kind)) for kind, of in stored.items() if of
    )
    total = sum(map(len, stored.values()))
    largest = max(tqdm(found, "replay", total, disable=None, leave=False))
    return Replayed(total, largest, tolerance(np.dtype(params.extract.dtype)))


def _kept(kind: str, images: Prepared) -> list[Stored]:
    """What end-to-end's base gave for the first batch of an epoch."""
    file = seen_file(kind)
    view, paths = verify(file)["view"], images.paths
    with np.load(file, allow_pickle=False) as kept:
        return [
            Stored(file, paths[row], images.digests[row], view, features)
            for row, features in zip(kept["rows"], kept["features"], strict=True)
        ]


def _reference(params: Params, kind: str) -> Reference:
    decoding = DecodingPolicy.of(params, open_prepared(PREPARED).bits)
    base = _reference_base(params, kind)
    return Reference(Path(params.data.path), decoding, params.augment, params.seed, base)


def _reference_base(params: Params, kind: str) -> Callable[[np.ndarray], np.ndarray]:
    """TensorFlow; of what only the compiled base gives, that base itself."""
    if kind == "compiled":
        return open_base(BASE, params.base.batch_size)
    # Here, since TensorFlow takes seconds to import.
    from viewcache.bases.frozen import load_base

    return load_base(params.base_spec).predict_on_batch
