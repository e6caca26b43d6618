"""Verify every array, and compute stored features again."""

from pathlib import Path

from tqdm import tqdm

from viewcache.arms.replaying import replay
from viewcache.bases.artifact import open_base
from viewcache.ground.manifests import verify
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import BASE, FEATURES, MODEL, PARTS, PREPARED
from viewcache.serving.folder import read_model


def verify_all(features: int) -> None:
    """Hold all that was written to its digests, and some features to the original images.

    Args:
        features: How many, drawn at random; `replay` computes them again.

    Raises:
        PipelineError: an array or the model is damaged, or a feature is not what its image gives.
    """
    params = load_params()
    files = files_to_verify(Path(params.data.path))
    for file in tqdm(files, "verify", unit=" files", disable=None, leave=False):
        verify(file)
    open_base(BASE, params.base.batch_size)
    read_model(MODEL)
    found = replay(params, features)  # Which opens all rows, and so verifies them.
    print(
        f"{len(files)} arrays are what their manifests say, all rows of features are whole, "
        f"and the exported model is what was written. {found.features} feature vectors "
        f"were computed again from the original images: up to "
        f"{found.max_relative_difference:.1e} off, of {found.tolerance:.1e} allowed."
    )


def files_to_verify(images: Path) -> list[Path]:
    """Arrays and tables that have manifests: all but keys of features and the model.

    Args:
        images: The folder of the user's images, in which arrays are none of ours.
    """
    arrays = [path for top in ("data", "models") for path in Path(top).rglob("*.np[yz]")]
    others = {FEATURES, MODEL, images}
    sealed = [path for path in arrays if others.isdisjoint(path.parents)]
    return [*sealed, PREPARED / "index.csv", PARTS]
