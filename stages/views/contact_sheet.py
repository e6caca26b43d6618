"""A sheet that shows a person what the head will see."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stages.views.render import render

TILE, GAP, HEADING = 150, 6, 26  # pixels


def draw_contact_sheet(path: Path, images: np.ndarray, plans: Sequence[np.ndarray]) -> None:
    """Draw images in rows and their views in columns, view 0 first, into a PNG.

    Args:
        images: uint8, shape (images, side, side, 3).
        plans: The plan of each view for these images.
    """
    step = TILE + GAP
    size = (GAP + step * len(plans), HEADING + step * len(images))
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=15)
    for view, plan in enumerate(plans):
        left = GAP + view * step
        heading = "view 0: as it is" if view == 0 else f"view {view}"
        draw.text((left + TILE / 2, HEADING / 2), heading, "black", font, anchor="mm")
        for row, picture in enumerate(render(images, plan)):
            tile = cv2.resize(picture, (TILE, TILE), interpolation=cv2.INTER_AREA)
            sheet.paste(Image.fromarray(tile), (left, HEADING + row * step))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
