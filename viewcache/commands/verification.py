"""Verify every array, and compute stored features again."""

from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from viewcache.arms.arm import (
    compared_on_cache,
    end_to_end_arms,
    kept_epochs,
    longer_arms,
)
from viewcache.arms.replaying import replay
from viewcache.bases.artifact import open_base
from viewcache.ground.manifests import verify
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import (
    BASE,
    CALIBRATION,
    MODEL,
    PARTS,
    PREPARED,
    plan_file,
    planned_views,
    rows_file,
    seen_file,
)
from viewcache.images.folds import open_rotations
from viewcache.serving.folder import read_model


def verify_all(count: int) -> None:
    """Hold all that was written to its digests, and `count` features to the original images.

    The features are drawn at random and computed by what `replay` holds them to.

    Raises:
        PipelineError: an array or the model is damaged, or a feature is not what its image gives.
    """
    params = load_params()
    files = list(files_to_verify(params))
    for file in tqdm(files, "verify", unit=" files", disable=None, leave=False):
        verify(file)
    open_base(BASE, params.base.batch_size)
    read_model(MODEL)
    found = replay(params, count)  # Which opens all rows, and so verifies them.
    print(
        f"{len(files)} arrays are what their manifests say, all rows of features are whole, "
        f"and the exported model is what was written. {found.features} feature vectors "
        f"were computed again from the original images: up to "
        f"{found.max_relative_difference:.1e} off, of {found.tolerance:.1e} allowed."
    )


def files_to_verify(params: Params) -> Iterator[Path]:
    """Every array that the parameters name."""
    yield from (PREPARED / name for name in ("images.npy", "pixel_digests.npy", "index.csv"))
    yield from (PARTS, CALIBRATION)
    views = planned_views()
    for view in views:
        yield plan_file(view)
    yield from {rows_file(view) for view in views if view}
    rotations = open_rotations(PARTS)
    ends, longer = end_to_end_arms(params, rotations), longer_arms(params, rotations).values()
    for arm in (*compared_on_cache(params, rotations), *longer, *ends):
        for training in arm.trainings:
            yield arm.head_file(*training)
            yield from (
                arm.head_file(*training, epoch)
                for epoch in kept_epochs(params.arms.seeds[0], arm, *training)
            )
    yield from (seen_file(arm.kind) for arm in ends)
