"""What every operation does to an image, from one end to the other.

`python -m studies.operations IMAGE SHEET` draws a row an operation into the PNG SHEET: the
image, and views whose random numbers are all at 0, 0.25, 0.5, 0.75 and 0.99, in wide ranges.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from viewcache.ground.params.policy import Policy
from viewcache.images.sheet import draw_sheet
from viewcache.views.operation import Operation
from viewcache.views.own import Own
from viewcache.views.plan import identity
from viewcache.views.registry import OPERATIONS
from viewcache.views.render import render

SIDE = 224
CHANCES = np.array([0, 0.25, 0.5, 0.75, 0.99])
WIDE = Policy(
    horizontal_flip=0.5,
    vertical_flip=0.5,
    quarter_turns=True,
    rotation_degrees=45,
    shift=0.3,
    zoom=0.5,
    shear=0.5,
    crop_area=0.1,
    brightness=0.5,
    contrast=0.8,
    saturation=0.9,
    hue=0.5,
    grey=0.5,
    blur=6,
    noise=0.3,
    jpeg_quality=1,
    erasing=1,
)


def main() -> None:
    file, sheet = sys.argv[1:]
    with Image.open(file) as opened:
        image = np.asarray(opened.convert("RGB").resize((SIDE, SIDE)))
    shown = [one for one in OPERATIONS if not isinstance(one, Own)]
    draw_sheet(Path(sheet), [(list(_headings(one)), _views(one, image)) for one in shown])


def _plan(operation: Operation) -> np.ndarray:
    plan = identity(len(CHANCES), [operation])
    columns = operation.draw(WIDE, [CHANCES] * 16 * len(operation.streams))
    for field, column in zip(operation.fields, columns, strict=True):
        plan[field.name] = column
    return plan


def _headings(operation: Operation) -> Iterator[str]:
    yield operation.parameters[0]
    for row in _plan(operation):
        yield " ".join(f"{float(value):.3g}" for value in row)


def _views(operation: Operation, image: np.ndarray) -> list[np.ndarray]:
    plan = _plan(operation)
    return [image, *render(np.stack([image] * len(plan)), plan)]


if __name__ == "__main__":
    main()
