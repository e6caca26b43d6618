"""Draw the parameters of every view, and show on a sheet what they look like."""

from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import CONTACT_SHEET, PREPARED, plan_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.images.prepared import open_prepared
from viewcache.views.contact_sheet import draw_contact_sheet
from viewcache.views.plan import draw, save_plan

SHEET_IMAGES, SHEET_VIEWS = 5, 8


def main() -> None:
    params = load_params()
    costs = Stopwatch()
    for split, views in (
        ("train", params.extract.views),
        ("test", ids_of_test_views(params.evaluate.test_views)),
    ):
        digests = open_prepared(PREPARED / split).digests
        for view in views:
            with costs.phase(f"view {view}"):
                save_plan(plan_file(view), params.augment, params.seed, view, digests)

    shown = open_prepared(PREPARED / "train")
    digests = shown.digests[:SHEET_IMAGES]
    plans = [draw(params.augment, params.seed, view, digests) for view in range(SHEET_VIEWS)]
    with shown.read() as pixels:
        draw_contact_sheet(CONTACT_SHEET, pixels.read(range(len(digests))), plans)
    costs.save("augment")


if __name__ == "__main__":
    run(main)
