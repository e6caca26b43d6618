"""A sheet that shows a person what the head will see."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from viewcache.images.sheet import draw_sheet


def draw_contact_sheet(path: Path, views: Sequence[np.ndarray]) -> None:
    """Draw images in rows and their views in columns, view 0 first, into a PNG.

    Args:
        views: Of the same images, each uint8, shape (images, side, side, 3).
    """
    headings = ["view 0: as it is", *(f"view {view}" for view in range(1, len(views)))]
    rows = zip(*views, strict=True)
    draw_sheet(path, [([] if row else headings, [*each]) for row, each in enumerate(rows)])
