"""Images on which the number of views matters, as pictures, with what every arm says of them."""

from io import BytesIO
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from PIL import Image

from viewcache.images.prepared import Prepared
from viewcache.judge.disagreement import Disagreement
from viewcache.report.findings import Findings
from viewcache.report.pictures.style import data_uri
from viewcache.report.words import plain_name

MOST = 12


class Example(NamedTuple):
    """A test image: its path, its class, its picture as a data URI, and what is said of it."""

    path: str
    truth: str
    source: str
    said: list[tuple[str, str, str]]
    """Of each class that is named: whether that is right, its name, and by which arms."""


def examples(images: Prepared, found: Findings) -> list[Example]:
    """The images on which the arms of the fewest and of the most views differ most."""
    disagreement = found.judged.disagreement
    rows = disagreement.rows[:MOST]
    with images.read() as file:
        pixels = file.read(rows)
    truth, paths = images.labels[rows], images.paths
    return [
        Example(
            paths[row],
            found.classes[truth[place]],
            _thumbnail(pixels[place]),
            _said(disagreement, place, truth[place], found),
        )
        for place, row in enumerate(rows)
    ]


def _said(
    disagreement: Disagreement, place: int, truth: int, found: Findings
) -> list[tuple[str, str, str]]:
    by_class: dict[int, list[str]] = {}
    for arm, (classes, shares) in disagreement.answers.items():
        seeds = f" ({100 * shares[place]:.0f} %)" if shares[place] < 1 else ""
        by_class.setdefault(int(classes[place]), []).append(f"{plain_name(arm)}{seeds}")
    said = [
        ("✓" if named == truth else "✗", found.classes[named], ", ".join(arms))
        for named, arms in by_class.items()
    ]
    return sorted(said, key=itemgetter(1))


def _thumbnail(pixels: np.ndarray) -> str:
    image, buffer = Image.fromarray(pixels), BytesIO()
    image.thumbnail((160, 160))
    image.save(buffer, "PNG")
    return data_uri("image/png", buffer.getvalue())
