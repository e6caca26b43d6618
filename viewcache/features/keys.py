"""What a row of features is a function of, as a key: equal keys, equal rows."""

import hashlib

import numpy as np

KEY_BYTES = 16


def keys_of_rows(images: np.ndarray, plan: np.ndarray, made_by: str) -> np.ndarray:
    """BLAKE2b of each image's prepared pixels, its row of the plan, and what makes the row.

    Of the pixels, not of the file: background and decoder count, its name and bytes do not.

    Args:
        images: uint8, shape (images, side, side, 3).
        plan: Their rows of the view's plan.
        made_by: The renderer's version, the base's identity, dtype and batch shape.

    Returns:
        uint8, shape (images, 16).
    """
    keys = [
        hashlib.blake2b(
            image.tobytes() + row.tobytes() + made_by.encode(), digest_size=KEY_BYTES
        ).digest()
        for image, row in zip(images, plan, strict=True)
    ]
    return np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES)
