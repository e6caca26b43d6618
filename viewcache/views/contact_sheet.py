"""A sheet that shows a person what the head will see."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from viewcache.images.sheet import draw_sheet
from viewcache.views.render import render


def draw_contact_sheet(path: Path, images: np.ndarray, plans: Sequence[np.ndarray]) -> None:
    """Draw images in rows and their views in columns, view 0 first, into a PNG.

    Args:
        images: uint8, shape (images, side, side, 3).
        plans: The plan of each view for these images.
    """
    views = [render(images, plan) for plan in plans]
    headings = ["view 0: as it is", *(f"view {view}" for view in range(1, len(plans)))]
    draw_sheet(
        path,
        [([] if row else headings, [view[row] for view in views]) for row in range(len(images))],
    )
