"""Run the frozen base over views of the prepared images: `python -m stages.extract`.

What it needs of the parameters stands on the command line, so that this process, one for each view
that is trained on, starts without what validates them.
"""

from argparse import ArgumentParser, Namespace
from collections import deque
from collections.abc import Iterator

import numpy as np
from tqdm import tqdm

from viewcache.bases.artifact import open_base
from viewcache.bases.base import Base
from viewcache.features.keys import keys_of_rows
from viewcache.features.store import FeatureWriter, Origin, rows_of_view
from viewcache.ground.entry import run
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.paths import BASE, PREPARED, feature_file, plan_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.views import plan as plans
from viewcache.views.render import RENDERER, render


def main() -> None:
    wanted = _arguments()
    images, base = open_prepared(PREPARED), open_base(BASE, wanted.batch_size)
    costs = Stopwatch()
    tested = wanted.view is None
    for view in ids_of_test_views(wanted.test_views) if tested else [wanted.view]:
        extract(images, base, view, np.dtype(wanted.dtype), costs)
    costs.save(f"extract_{'test' if tested else wanted.view}")


def extract(images: Prepared, base: Base, view: int, dtype: np.dtype, costs: Stopwatch) -> None:
    """Render a view of the images that are planned for it, run the base, write the features."""
    rows = rows_of_view(view, len(images.digests))
    digests = [images.digests[row] for row in rows]
    plan = plans.load_plan(plan_file(view), view, digests)
    origin = Origin(view, digest_of_digests(digests), plans.digest(plan), base.identity)
    made_by = f"{RENDERER}/{base.identity}/{dtype}/{base.batch_size}"
    keys: deque[np.ndarray] = deque()
    views = _rendered(images, rows, plan, base.batch_size, made_by, keys, costs)
    shape, places = (len(rows), base.width), _batches(len(rows), base.batch_size)
    with (
        costs.phase("extract"),
        FeatureWriter(feature_file(view), shape, dtype, origin) as writer,
    ):
        for batch, features in zip(places, base.stream(views), strict=True):
            writer.write(batch, features, keys.popleft())


def _arguments() -> Namespace:
    parser = ArgumentParser("stages.extract")
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--view", type=int, help="that is trained on, or 0")
    wanted.add_argument("--test-views", type=int, help="how many that are tested on")
    parser.add_argument("--dtype", required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    return parser.parse_args()


def _rendered(
    images: Prepared,
    rows: np.ndarray,
    plan: np.ndarray,
    batch_size: int,
    made_by: str,
    keys: deque[np.ndarray],
    costs: Stopwatch,
) -> Iterator[np.ndarray]:
    """Batches of the view; the keys of each are appended to `keys`."""
    bar = tqdm(total=len(rows), desc="extract", unit=" images", disable=None, leave=False)
    with images.read() as pixels, bar:
        for batch in _batches(len(rows), batch_size):
            with costs.phase("augment"):
                originals = pixels.read(rows[batch])
                keys.append(keys_of_rows(originals, plan[batch], made_by))
                views = render(originals, plan[batch])
            yield views
            bar.update(len(views))


def _batches(rows: int, batch_size: int) -> list[np.ndarray]:
    return np.split(np.arange(rows), range(batch_size, rows, batch_size))


if __name__ == "__main__":
    run(main)
