"""Whether what was stored is what the original images give."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from viewcache.arms.reference import Reference, Stored, differences, draw_stored, tolerance
from viewcache.bases.artifact import open_base
from viewcache.bases.frozen import load_base
from viewcache.ground.manifests import verify
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, CACHE, PREPARED, replay_file, seen_file
from viewcache.ground.view_ids import ids_of_test_views
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


def replay_cache(params: Params, count: int) -> Replayed:
    """Compute some of the cached features again, by TensorFlow; where the base is in another
    precision than float32, by the base itself.

    Raises:
        PipelineError: one of them is off by more than the tolerance.
    """
    views = [*params.extract.views, *ids_of_test_views(params.evaluate.test_views)]
    stored = draw_stored(open_prepared(PREPARED), views, count, params.seed)
    return _replay(params, stored, "compiled")


def replay_seen(params: Params, kind: str) -> Replayed:
    """Compute again what end-to-end training saw in a batch; errors as of `replay_cache`."""
    return _replay(params, _kept(kind, open_prepared(PREPARED)), kind)


def open_replays(kinds: Sequence[str]) -> Replayed:
    """What the stages replayed: of the cache, and of each way to train end to end."""
    files = [replay_file(what) for what in (CACHE, *kinds)]
    return put_together([Replayed(**json.loads(file.read_text())) for file in files])


def put_together(replays: Sequence[Replayed]) -> Replayed:
    """All of several replays: the largest difference of any."""
    return Replayed(
        sum(replayed.features for replayed in replays),
        max(replayed.max_relative_difference for replayed in replays),
        max(replayed.tolerance for replayed in replays),
    )


def _replay(params: Params, stored: Sequence[Stored], kind: str) -> Replayed:
    reference = _reference(params, kind)
    bar = tqdm(differences(stored, reference), "replay", len(stored), disable=None, leave=False)
    return Replayed(len(stored), max(bar), tolerance(np.dtype(params.extract.dtype)))


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
    data = params.data
    decoding = DecodingPolicy(params.side, data.min_size, data.background)
    base = _reference_base(params, kind)
    return Reference(Path(data.path), decoding, params.augment, params.seed, base)


def _reference_base(params: Params, kind: str) -> Callable[[np.ndarray], np.ndarray]:
    """TensorFlow; of a compiled base in another precision than float32, that base itself."""
    if kind == "compiled" and params.extract.precision != "float32":
        return open_base(BASE, params.extract.batch_size)
    return load_base(params.base_spec).predict_on_batch
