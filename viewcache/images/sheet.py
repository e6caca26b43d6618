"""Pictures side by side, for a person to look at."""

import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from viewcache.ground.files import write_whole

TILE, GAP, HEADING = 150, 6, 26  # pixels


def draw_sheet(path: Path, rows: Sequence[tuple[Sequence[str], Sequence[np.ndarray]]]) -> None:
    """Draw rows of pictures into a PNG; say on standard error which letters its font lacks.

    Args:
        rows: For each row the headings above its pictures, empty or with as many entries, and the
            pictures: uint8, shape (side, side, 3).
    """
    heights = [TILE + GAP + (HEADING if headings else 0) for headings, _ in rows]
    width = GAP + (TILE + GAP) * max(len(pictures) for _, pictures in rows)
    sheet = Image.new("RGB", (width, sum(heights) + GAP), "white")
    top = GAP
    for (headings, pictures), height in zip(rows, heights, strict=True):
        _draw_row(sheet, top, headings, pictures)
        top += height
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: sheet.save(file, "PNG"))
    if lacking := _lacking(heading for headings, _ in rows for heading in headings):
        rule = f"{path} shows boxes for letters that its font, DejaVu Sans, lacks"
        print(f"viewcache: {rule}: {lacking}", file=sys.stderr)


@cache
def _font() -> ImageFont.FreeTypeFont:
    """The font that comes with matplotlib, which takes half a second to import."""
    file = "matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf"
    return ImageFont.truetype(str(distribution("matplotlib").locate_file(file)), 14)


def _lacking(texts: Iterable[str]) -> str:
    """Letters that the font draws as it draws what is no letter."""
    box = bytes(_font().getmask("\U0010ffff"))
    letters = {letter for text in texts for letter in text if letter.isprintable()}
    return "".join(sorted(each for each in letters if bytes(_font().getmask(each)) == box))


def _draw_row(
    sheet: Image.Image, top: int, headings: Sequence[str], pictures: Sequence[np.ndarray]
) -> None:
    font = _font()
    lefts = [GAP + column * (TILE + GAP) for column in range(len(pictures))]
    for left, heading in zip(lefts, headings, strict=False):
        place = (left, top + HEADING / 2)
        ImageDraw.Draw(sheet).text(place, _shortened(heading, font), "black", font, anchor="lm")
    for left, picture in zip(lefts, pictures, strict=True):
        tile = cv2.resize(picture, (TILE, TILE), interpolation=cv2.INTER_AREA)
        sheet.paste(Image.fromarray(tile), (left, top + (HEADING if headings else 0)))


def _shortened(text: str, font: ImageFont.FreeTypeFont) -> str:
    """As much of a text as fits above a picture."""
    line = " ".join(text.split())
    if font.getlength(line) <= TILE:
        return line
    while line and font.getlength(line + "…") > TILE:
        line = line[:-1]
    return line + "…"
