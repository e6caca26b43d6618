"""Run the frozen base over one view of the images: `python -m stages.extract VIEW`.

View 0 is taken of every split, views 1, 2, ... of the training images. With `test` in place of a
view, the random views of the test images are taken, which only `evaluate` reads.
"""

import sys
from collections.abc import Iterable, Iterator

import numpy as np
from tqdm import tqdm

from stages.bases.artifact import open_base
from stages.bases.base import Base
from stages.costs import Costs
from stages.errors import run
from stages.features.store import Origin, digest_of_digests, open_views, write_features
from stages.images.prepared import Prepared, open_prepared, read_images
from stages.images.splits import SPLITS
from stages.params import load_params
from stages.paths import BASE, PREPARED, feature_file, plan_file
from stages.views import plan as plans
from stages.views.render import render


def open_features_of(prepared: Prepared, split: str, views: Iterable[int]) -> list[np.ndarray]:
    """Features of a split's images under views."""
    return open_views(lambda view: feature_file(view, split), views, prepared.digests(split))


def main() -> None:
    params = load_params()
    prepared = open_prepared(PREPARED)
    base = open_base(BASE, params.extract.batch_size)
    costs = Costs()
    for view, split in _wanted(sys.argv[1], params.evaluate.test_views):
        extract(prepared, base, view, split, np.dtype(params.extract.dtype), costs)
    costs.save(f"extract_{sys.argv[1]}")


def extract(
    prepared: Prepared, base: Base, view: int, split: str, dtype: np.dtype, costs: Costs
) -> None:
    """Render a view of a split's images, run the base over it, and write the features."""
    digests = prepared.digests(split)
    plan = _plan(view, split, len(digests))
    origin = Origin(view, digest_of_digests(digests), plans.digest(plan), base.identity)
    features = base.stream(_rendered(prepared, split, plan, base.batch_size, costs))
    with costs.phase(f"{split} extract"):
        path = feature_file(view, split)
        write_features(path, features, (len(digests), base.width), dtype, origin)


def _wanted(argument: str, test_views: int) -> list[tuple[int, str]]:
    if argument == "test":
        return [(view, "test") for view in plans.ids_of_test_views(test_views)]
    view = int(argument)
    return [(view, split) for split in (SPLITS if view == 0 else ("train",))]


def _plan(view: int, split: str, images: int) -> np.ndarray:
    if view == 0 and split != "train":
        return plans.identity(images)
    return np.load(plan_file(view), allow_pickle=False)


def _rendered(
    prepared: Prepared, split: str, plan: np.ndarray, batch_size: int, costs: Costs
) -> Iterator[np.ndarray]:
    rows = prepared.rows(split)
    bar = tqdm(total=len(rows), desc=f"extract {split}", unit=" images", disable=None)
    with read_images(prepared) as images, bar:
        for start in range(0, len(rows), batch_size):
            batch = slice(start, start + batch_size)
            with costs.phase(f"{split} augment"):
                views = render(images.read(rows[batch]), plan[batch])
            yield views
            bar.update(len(views))


if __name__ == "__main__":
    run(main)
