"""Render the views that an int8 base is calibrated on; for other precisions, none."""

import numpy as np

from viewcache.features.store import rows_of_view
from viewcache.ground.entry import run
from viewcache.ground.files import write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import CALIBRATION, PREPARED
from viewcache.images.prepared import Prepared, open_prepared
from viewcache.views.calibration_views import (
    LOCK,
    CalibrationSample,
    draw_sample,
    freeze,
    read_frozen,
    render_sample,
    save_views,
)

FIRST_RANDOM_VIEW = 1
"""Which all images have that are trained on, as all random views do."""


def main() -> None:
    params = load_params()
    if params.extract.precision != "int8":
        save_views(CALIBRATION, np.empty((0, params.side, params.side, 3), np.uint8))
        if not LOCK.exists():
            write_text(LOCK, "{}\n")
        return
    images = open_prepared(PREPARED)
    sample = read_frozen(LOCK) or _freeze(params, images)
    save_views(CALIBRATION, render_sample(images, sample))


def _freeze(params: Params, images: Prepared) -> CalibrationSample:
    """A sample of the images that are trained on in some rotation."""
    digests = images.of(rows_of_view(FIRST_RANDOM_VIEW, len(images.digests)))
    sample = draw_sample(digests, params.seed, params.augment)
    freeze(LOCK, sample)
    return sample


if __name__ == "__main__":
    run(main)
