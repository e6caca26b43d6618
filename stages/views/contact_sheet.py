"""A sheet that shows a person what the head will see."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from stages.views.render import render


def draw_contact_sheet(path: Path, images: np.ndarray, plans: Sequence[np.ndarray]) -> None:
    """Draw images in rows and their views in columns, view 0 first, into a PNG.

    Args:
        images: uint8, shape (images, side, side, 3).
        plans: The plan of each view for these images.
    """
    figure = Figure(figsize=(1.3 * len(plans), 1.3 * len(images) + 0.3), layout="constrained")
    axes = figure.subplots(len(images), len(plans), squeeze=False)
    for view, plan in enumerate(plans):
        rendered = render(images, plan)
        axes[0, view].set_title("view 0: as it is" if view == 0 else f"view {view}", fontsize=9)
        for row, picture in enumerate(rendered):
            axes[row, view].imshow(picture)
            axes[row, view].set_axis_off()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, metadata={"Software": None})
