"""From the bytes of an image file to pixels."""

import io

import numpy as np
from PIL import Image, ImageOps


def decode(content: bytes, side: int) -> np.ndarray:
    """Decode an image, turn it upright, and resize it without regard to its aspect.

    Grey images get three equal channels. Reduction is antialiased.

    Returns:
        uint8, shape (side, side, 3), RGB.
    """
    with Image.open(io.BytesIO(content)) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    return np.asarray(upright.resize((side, side), Image.Resampling.BILINEAR))
