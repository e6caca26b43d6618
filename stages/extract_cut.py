"""Run the base up to extract.cut over every view; where that is null, leave its folders empty."""

import shutil

import numpy as np

from stages.extract import extract
from viewcache.bases.artifact import find_base
from viewcache.features.reuse import keep_views
from viewcache.features.store import rows_of_view
from viewcache.features.wanted import Maker
from viewcache.ground.entry import run
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import ACTIVATIONS, LOWER_PART, PREPARED, STORED_ACTIVATIONS
from viewcache.ground.stopwatch import COSTS, Stopwatch
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.prepared import Prepared, open_prepared


def main() -> None:
    params, costs = load_params(), Stopwatch()
    for folder in (LOWER_PART, ACTIVATIONS, COSTS / "extract_cut"):
        folder.mkdir(parents=True, exist_ok=True)
    if params.extract.cut is not None:
        maker = _compile(params, costs)
        keep_views()
        _extract(params, maker)


def _compile(params: Params, costs: Stopwatch) -> Maker:
    # Here, since TensorFlow takes seconds to import.
    from viewcache.bases.compiling import compile_base

    settings = params.extract
    with costs.phase("compile"):
        compile_base(LOWER_PART, params.spec_below_cut, settings.runtime)
    costs.save("extract_cut/compile")
    return Maker(find_base(LOWER_PART), np.dtype(settings.dtype), settings.batch_size)


def _extract(params: Params, maker: Maker) -> None:
    images = open_prepared(PREPARED)
    views = [*params.extract.views, *ids_of_test_views(params.evaluate.test_views)]
    _announce(maker, images, views)
    for view in views:
        costs = Stopwatch()
        costs.seconds["setup"] = 0  # That of this process stands with the compiling.
        extract(images, maker, view, costs, "local", STORED_ACTIVATIONS)


def _announce(maker: Maker, images: Prepared, views: list[int]) -> None:
    """Say what disk the activations take, before any is computed.

    Raises:
        PipelineError: there is not as much.
    """
    rows = sum(len(rows_of_view(view, len(images.digests))) for view in views)
    shape, free = maker.opened.row_shape, shutil.disk_usage(ACTIVATIONS).free
    needed = rows * int(np.prod(shape)) * maker.dtype.itemsize
    size = f"{rows:,} x {' x '.join(map(str, shape))} activations, {needed / 1e9:.2f} GB"
    print(f"below {maker.base.description['spec']['cut']}: {size}", flush=True)
    if needed > free:
        raise PipelineError(f"{ACTIVATIONS} needs room for {size}", f"{free / 1e9:.2f} GB free")


if __name__ == "__main__":
    run(main)
