"""Verify every array, and compute stored features again: `python -m stages.verify [--features N]`.

The features are drawn at random and computed from the original images, by TensorFlow.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from stages.bases.artifact import open_base
from stages.errors import run
from stages.features.store import feature_file
from stages.images.prepared import SPLITS
from stages.manifests import verify
from stages.params import Params, load_params
from stages.paths import BASE, FEATURES, PREPARED, plan_file, replay_file
from stages.report.arms import trained_heads
from stages.report.replay import replay
from stages.views.plan import ids_of_test_views


def main() -> None:
    parser = ArgumentParser("stages.verify", description=__doc__)
    parser.add_argument("--features", type=int, default=1000, help="how many to compute again")
    count, params = parser.parse_args().features, load_params()
    files = list(_files(params))
    for file in tqdm(files, "verify", unit=" files", disable=None):
        verify(file)
    open_base(BASE, params.extract.batch_size)
    found = replay(params, count)
    print(
        f"{len(files)} arrays are what their manifests say. {found['features']} feature vectors "
        f"were computed again from the original images: up to "
        f"{found['max_relative_difference']:.1e} off, of {found['tolerance']:.1e} allowed."
    )


def _files(params: Params) -> Iterator[Path]:
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
    yield from (trained.path for trained in trained_heads(params.train))
    yield from (replay_file(kind) for kind in params.train.end_to_end_bases)


if __name__ == "__main__":
    run(main)
