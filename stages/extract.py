"""Run the frozen base over all views of the prepared images."""

from collections.abc import Iterator, Sequence

import numpy as np

from viewcache.bases.artifact import find_base
from viewcache.features.extraction import Engine, Local, extract_rows
from viewcache.features.keys import KEY_BYTES
from viewcache.features.lookup import take_shards
from viewcache.features.row_costs import costs_of_views
from viewcache.features.store import Index, rows_of_views, save_keys
from viewcache.features.wanted import Maker, WantedView, contents, missing_rows, want
from viewcache.ground.entry import run
from viewcache.ground.manifests import load_array
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import BASE, PREPARED, plan_file, planned_views
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.prepared import Prepared, open_prepared


def main() -> None:
    params = load_params()
    costs = Stopwatch(params.work)
    maker = Maker(find_base(BASE), np.dtype(params.extract.dtype), params.base.batch_size)
    extract(open_prepared(PREPARED), maker, planned_views(), params.extract.engine, costs)


def extract(
    images: Prepared, maker: Maker, planned: Sequence[int], engine: str, costs: Stopwatch
) -> None:
    """Compute the rows of views that are not known, and write the keys of all.

    Args:
        planned: Ids of views.
        engine: As `extract.engine` says; rows are the same.
    """
    with costs.phase("lookup"):
        views = [*_want(images, maker, planned)]
        shards = take_shards(np.concatenate([view.keys for view in views]))
        missing = missing_rows(views, Index(shards))
    rows = sum(len(view.keys) for view in views)
    print(f"{rows:,} rows of {len(views)} views: {len(missing.keys):,} computed", flush=True)
    if len(missing.keys):
        found = _engine(engine, maker, images, costs)
        shards += extract_rows(missing, images, maker, found, costs)
    for view in views:
        _save_keys(view, len(images.digests))
    costs.save("extract", computed=len(missing.keys), **costs_of_views(views, shards))


def _want(images: Prepared, maker: Maker, planned: Sequence[int]) -> Iterator[WantedView]:
    known = contents(images.digests, images.pixel_digests, images.detail_digests)
    for view, rows in rows_of_views(planned, len(images.digests)).items():
        yield want(maker, view, rows, known, load_array(plan_file(view)))


def _engine(name: str, maker: Maker, images: Prepared, costs: Stopwatch) -> Engine:
    if name == "local":
        return Local(maker, images, costs)
    from viewcache.features.on_ray import OnRay

    return OnRay(maker, costs)


def _save_keys(view: WantedView, images: int) -> None:
    keys = np.zeros((images, KEY_BYTES), np.uint8)
    keys[view.images] = view.keys
    save_keys(view.view, keys)


if __name__ == "__main__":
    run(main)
