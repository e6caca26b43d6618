"""Run the frozen base over views of the images of one split: `python -m stages.extract SPLIT`.

Of the training images one view is taken, of the validation images view 0, of the test images view 0
and the random views that only `evaluate` reads. What it needs of the parameters stands on the
command line, so that this process, one for each view, starts without what validates them.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

import numpy as np
from tqdm import tqdm

from viewcache.bases.artifact import open_base
from viewcache.bases.base import Base
from viewcache.features.store import Origin, feature_file, write_features
from viewcache.ground.entry import run
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.paths import BASE, FEATURES, PREPARED, plan_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.prepared import SPLITS, Prepared, open_prepared
from viewcache.views import plan as plans
from viewcache.views.render import render


def main() -> None:
    wanted = _arguments()
    images = open_prepared(PREPARED / wanted.split)
    base = open_base(BASE, wanted.batch_size)
    costs = Stopwatch()
    for view in _views(wanted):
        extract(images, base, wanted.split, view, np.dtype(wanted.dtype), costs)
    costs.save(f"extract_{wanted.view if wanted.split == 'train' else wanted.split}")


def extract(
    images: Prepared, base: Base, split: str, view: int, dtype: np.dtype, costs: Stopwatch
) -> None:
    """Render a view of a split's images, run the base over it, and write the features."""
    plan = (
        plans.load_plan(plan_file(view), view, images.digests)
        if view
        else plans.identity(len(images.digests))
    )
    origin = Origin(view, digest_of_digests(images.digests), plans.digest(plan), base.identity)
    features = base.stream(_rendered(images, plan, base.batch_size, costs))
    with costs.phase("extract"):
        path = feature_file(FEATURES / split, view)
        write_features(path, features, (len(plan), base.width), dtype, origin)


def _arguments() -> Namespace:
    parser = ArgumentParser("stages.extract")
    parser.add_argument("split", choices=SPLITS)
    parser.add_argument("--view", type=int, default=0, help="of the training images")
    parser.add_argument("--test-views", type=int, default=0, help="how many, besides view 0")
    parser.add_argument("--dtype", required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    return parser.parse_args()


def _views(wanted: Namespace) -> list[int]:
    if wanted.split == "train":
        return [wanted.view]
    return [0, *ids_of_test_views(wanted.test_views)]


def _rendered(
    images: Prepared, plan: np.ndarray, batch_size: int, costs: Stopwatch
) -> Iterator[np.ndarray]:
    bar = tqdm(total=len(plan), desc="extract", unit=" images", disable=None)
    with images.read() as pixels, bar:
        for start in range(0, len(plan), batch_size):
            rows = range(start, min(start + batch_size, len(plan)))
            with costs.phase("augment"):
                views = render(pixels.read(rows), plan[start : start + batch_size])
            yield views
            bar.update(len(views))


if __name__ == "__main__":
    run(main)
