"""Draw the parameters of every view, and show on a sheet what they look like."""

from functools import partial

import numpy as np

from stages.costs import Costs
from stages.errors import run
from stages.files import write_whole
from stages.images.prepared import open_prepared
from stages.params import load_params
from stages.paths import CONTACT_SHEET, PREPARED, plan_file
from stages.views.contact_sheet import draw_contact_sheet
from stages.views.plan import draw, ids_of_test_views

SHEET_IMAGES, SHEET_VIEWS = 5, 8


def main() -> None:
    params = load_params()
    costs = Costs()
    for split, views in (
        ("train", params.extract.views),
        ("test", ids_of_test_views(params.evaluate.test_views)),
    ):
        digests = open_prepared(PREPARED / split).digests
        plan_file(views[0]).parent.mkdir(parents=True, exist_ok=True)
        for view in views:
            with costs.phase(f"view {view}"):
                plan = draw(params.augment, params.seed, view, digests)
                write_whole(plan_file(view), partial(np.save, arr=plan, allow_pickle=False))

    shown = open_prepared(PREPARED / "train")
    digests = shown.digests[:SHEET_IMAGES]
    plans = [draw(params.augment, params.seed, view, digests) for view in range(SHEET_VIEWS)]
    with shown.read() as pixels:
        draw_contact_sheet(CONTACT_SHEET, pixels.read(range(len(digests))), plans)
    costs.save("augment")


if __name__ == "__main__":
    run(main)
