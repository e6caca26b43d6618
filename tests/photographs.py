"""Real photographs in class folders, cut out of those that packages ship."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

SUBJECTS = {"cat": data.chelsea, "coffee": data.coffee, "astronaut": data.astronaut}


def crops(subject: str, count: int, side: int = 96) -> Iterator[Image.Image]:
    """Pieces of one photograph, each of another place."""
    photograph = SUBJECTS[subject]()
    rng = np.random.default_rng(0)
    for _ in range(count):
        top, left = (int(rng.integers(0, size - side)) for size in photograph.shape[:2])
        yield Image.fromarray(photograph[top : top + side, left : left + side])


def save_crops(folder: Path, counts: dict[str, int]) -> None:
    """Fill a folder for each subject with JPEGs."""
    for subject, count in counts.items():
        (folder / subject).mkdir(parents=True)
        for number, crop in enumerate(crops(subject, count)):
            crop.save(folder / subject / f"{number}.jpg", quality=95)
