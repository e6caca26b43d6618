"""Pictures that tests make."""

from pathlib import Path

import numpy as np
from PIL import Image


def save_noise(path: Path, seed: int, side: int = 40) -> Path:
    """Save a small picture, of its own for every seed; its folder is made."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path
