"""Verify every array, and compute stored features again."""

from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from viewcache.arms.arm import arms_of
from viewcache.arms.replaying import replay
from viewcache.bases.artifact import open_base
from viewcache.features.store import feature_file
from viewcache.ground.manifests import verify
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, FEATURES, PREPARED, plan_file, seen_file
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.prepared import SPLITS


def verify_all(count: int) -> None:
    """Hold every array to its manifest, and `count` features to the original images.

    The features are drawn at random and computed by TensorFlow.

    Raises:
        PipelineError: an array is damaged, or a feature is not what its image gives.
    """
    params = load_params()
    files = list(files_to_verify(params))
    for file in tqdm(files, "verify", unit=" files", disable=None):
        verify(file)
    open_base(BASE, params.extract.batch_size)
    found = replay(params, count)
    print(
        f"{len(files)} arrays are what their manifests say. {found['features']} feature vectors "
        f"were computed again from the original images: up to "
        f"{found['max_relative_difference']:.1e} off, of {found['tolerance']:.1e} allowed."
    )


def files_to_verify(params: Params) -> Iterator[Path]:
    """Every array that the parameters name."""
    test_views = ids_of_test_views(params.evaluate.test_views)
    for split in SPLITS:
        yield from (PREPARED / split / name for name in ("images.npy", "index.csv"))
    for view in params.extract.views:
        yield from (plan_file(view), feature_file(FEATURES / "train", view))
    yield feature_file(FEATURES / "validation", 0)
    yield feature_file(FEATURES / "test", 0)
    for view in test_views:
        yield from (plan_file(view), feature_file(FEATURES / "test", view))
    yield from (arm.head_file(seed) for arm in arms_of(params.train) for seed in arm.seeds)
    yield from (seen_file(kind) for kind in params.train.end_to_end_bases)
