"""Run the frozen base over all views of the prepared images: `python -m stages.extract`.

What it needs of the parameters stands on the command line: what else they say is in no hash.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np

from viewcache.bases.artifact import find_base
from viewcache.features.extraction import Engine, Local, write_features
from viewcache.features.lots import record_of_view
from viewcache.features.reasons import line, reasons
from viewcache.features.reuse import Found, find_rows, keep, keep_views, open_kept
from viewcache.features.store import rows_of_view
from viewcache.features.wanted import Maker, Wanted
from viewcache.ground.entry import run
from viewcache.ground.paths import (
    BASE,
    PREPARED,
    extraction_record,
    feature_file,
    plan_file,
    planned_views,
)
from viewcache.ground.stopwatch import Stopwatch, save_record
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.views.plan import how_drawn, load_plan
from viewcache.views.render import render


def main() -> None:
    given = _arguments()
    maker = Maker(find_base(BASE), np.dtype(given.dtype), given.batch_size)
    images, setup = open_prepared(PREPARED), Stopwatch().seconds["setup"]
    keep_views()
    for view in planned_views():
        costs = Stopwatch()
        costs.seconds["setup"] = setup
        extract(images, maker, view, costs, given.engine)
        # Of all views, since one process opens the base once.
        setup = costs.seconds["setup"]


def extract(images: Prepared, maker: Maker, view: int, costs: Stopwatch, engine: str) -> None:
    """Write the features of a view, and keep them for reuse.

    Args:
        engine: As `extract.engine` says; rows are the same.
    """
    path = feature_file(view)
    found = _write(images, maker, view, costs, engine, path)
    record = record_of_view(found, costs)
    save_record(extraction_record(view), record)
    keep(path, record)


def _write(
    images: Prepared, maker: Maker, view: int, costs: Stopwatch, engine: str, path: Path
) -> Found:
    """Rows that were computed before, and the others."""
    rows = rows_of_view(view, len(images.digests))
    plan = load_plan(plan_file(view), view, images.of(rows))
    wanted = _want(images, maker, view, rows, plan)
    found = _find(wanted)
    with images.read() as originals:

        def rendered(places: np.ndarray) -> np.ndarray:
            return render(originals.read(rows[places]), plan[places])

        chosen: Engine = Local(maker, rows, rendered, costs)
        if engine == "ray" and len(found.missing):
            from viewcache.features.on_ray import OnRay

            chosen = OnRay(maker, rows, plan, costs)
        write_features(path, wanted, found, maker, chosen, costs)
    return found


def _want(images: Prepared, maker: Maker, view: int, rows: np.ndarray, plan: np.ndarray) -> Wanted:
    """By digests of images and pixels, which are not kept in memory while features are computed."""
    pixels, drawn = images.pixel_digests[rows], how_drawn(plan_file(view))
    return maker.want(view, images.of(rows), pixels, plan, drawn)


def _find(wanted: Wanted) -> Found:
    """What was computed before; says of the rest why it was not."""
    kept = open_kept()
    found = find_rows(wanted.keys, kept)
    why = reasons(wanted, found.missing, kept)
    print(line(wanted.origin.view, len(wanted.keys), why), flush=True)
    return found


def _arguments() -> Namespace:
    parser = ArgumentParser("stages.extract")
    parser.add_argument("--dtype", required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--engine", choices=["local", "ray"], required=True)
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
