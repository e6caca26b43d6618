"""Draw the parameters of every view, and show on a sheet what they look like."""

from pathlib import Path

import numpy as np

from stages.costs import Costs
from stages.errors import run
from stages.images.prepared import open_prepared, read_images
from stages.params import load_params
from stages.prepare import PREPARED
from stages.views.contact_sheet import draw_contact_sheet
from stages.views.plan import TEST_VIEW_OFFSET, draw, ids_of_test_views

VIEWS = Path("data/views")
CONTACT_SHEET = Path("plots/views.png")
SHEET_IMAGES, SHEET_VIEWS = 5, 8


def plan_path(view: int) -> Path:
    split = "train" if view < TEST_VIEW_OFFSET else "test"
    return VIEWS / split / f"{view}.npy"


def main() -> None:
    params = load_params()
    costs = Costs()
    prepared = open_prepared(PREPARED)
    for split, views in (
        ("train", params.extract.views),
        ("test", ids_of_test_views(params.evaluate.test_views)),
    ):
        digests = prepared.digests(split)
        (VIEWS / split).mkdir(parents=True, exist_ok=True)
        for view in views:
            with costs.phase(f"view {view}"):
                plan = draw(params.augment, params.seed, view, digests)
                np.save(plan_path(view), plan, allow_pickle=False)

    rows = prepared.rows("train")[:SHEET_IMAGES]
    digests = prepared.digests("train")[:SHEET_IMAGES]
    plans = [draw(params.augment, params.seed, view, digests) for view in range(SHEET_VIEWS)]
    with read_images(prepared) as images:
        draw_contact_sheet(CONTACT_SHEET, images.read(rows), plans)
    costs.save("augment")


if __name__ == "__main__":
    run(main)
