"""Render the views that an int8 base is calibrated on; for other precisions, none."""

import numpy as np

from viewcache.ground.entry import run
from viewcache.ground.files import write_text
from viewcache.ground.manifests import save_array
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import CALIBRATION, PARTS, PREPARED
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.folds import open_rotations, rows_of
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.views.calibration_views import (
    LOCK,
    CalibrationSample,
    draw_sample,
    freeze,
    read_frozen,
    render_sample,
)


def main() -> None:
    params, costs = load_params(), Stopwatch()
    with costs.phase("render"):
        save_array(CALIBRATION, _views(params))
    costs.save("calibrate")


def _views(params: Params) -> np.ndarray:
    """Rendered: uint8, shape (views, side, side, 3)."""
    if params.base.precision == "int8":
        images = open_prepared(PREPARED)
        return render_sample(images, read_frozen(LOCK) or _freeze(params, images))
    if not LOCK.exists():
        write_text(LOCK, "{}\n")
    return np.empty((0, params.side, params.side, 3), np.uint8)


def _freeze(params: Params, images: Prepared) -> CalibrationSample:
    """A sample of the images that are trained on in some rotation."""
    digests = images.of(rows_of(open_rotations(PARTS), "train"))
    sample = draw_sample(digests, params.seed, params.augment)
    freeze(LOCK, sample)
    return sample


if __name__ == "__main__":
    run(main)
