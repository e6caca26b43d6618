"""Draw the parameters of every view, and show on a sheet what they look like."""

from collections.abc import Sequence

import numpy as np

from viewcache.arms.arm import course_of
from viewcache.ground.entry import run
from viewcache.ground.manifests import save_array
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import CONTACT_SHEET, PARTS, PREPARED, plan_file, rows_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.folds import open_rotations, rows_of
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.views.contact_sheet import draw_contact_sheet
from viewcache.views.own import refuse_unsteady
from viewcache.views.plan import draw
from viewcache.views.render import render

SHEET_IMAGES, SHEET_VIEWS = 5, 8


def main() -> None:
    params = load_params()
    costs = Stopwatch(params.work)
    with costs.phase("open"):
        images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
    train = rows_of(rotations, "train")
    # Validation images too: by them it is judged whether heads are trained long enough.
    tested = np.union1d(rows_of(rotations, "test"), rows_of(rotations, "validation"))
    save_array(plan_file(0), draw(params.augment, params.seed, 0, images.digests))
    random_views = course_of(params, rotations).ids
    _plan(params, images, random_views, train, costs)
    _plan(params, images, ids_of_test_views(params.evaluate.test_views), tested, costs)
    with costs.phase("sheet"):
        _draw_sheet(params, images, train[:SHEET_IMAGES])
    costs.save("augment")


def _plan(
    params: Params, images: Prepared, views: Sequence[int], rows: np.ndarray, costs: Stopwatch
) -> None:
    """Plan views, all of them for training or all for the test.

    Args:
        rows: Of the images that need them.
    """
    digests = images.of(rows)
    save_array(rows_file(views[0]), rows)
    for view in views:
        with costs.phase(f"view {view}"):
            save_array(plan_file(view), draw(params.augment, params.seed, view, digests))


def _draw_sheet(params: Params, images: Prepared, rows: np.ndarray) -> None:
    digests = images.of(rows)
    plans = [draw(params.augment, params.seed, view, digests) for view in range(SHEET_VIEWS)]
    with images.read_detailed() as pixels:
        shown, detail = pixels.read(rows), pixels.detail(rows)
        refuse_unsteady(lambda: render(shown, plans[1], detail), params.augment)
        draw_contact_sheet(CONTACT_SHEET, [render(shown, plan, detail) for plan in plans])


if __name__ == "__main__":
    run(main)
