"""What a row of features is a function of, as a key: equal keys, equal rows."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

KEY_BYTES = 16
KEYS = np.dtype([("key", "u1", KEY_BYTES), ("image", "u1", KEY_BYTES)])
"""Of each row its key, and of which image it is: the first bytes of that image's digest."""


def keys_of_rows(
    images: Sequence[str], pixels: np.ndarray, plan: np.ndarray, made_by: str
) -> np.ndarray:
    """BLAKE2b of each image's prepared pixels, its row of the plan, and what makes the row.

    Of the pixels, not of the file: background and decoder count, its name and bytes do not.

    Args:
        images: Their digests, in hexadecimal.
        pixels: Digests of their pixels: uint8, shape (images, 16).
        plan: Their rows of the view's plan.
        made_by: The renderer's version, the base's identity, dtype and batch shape.

    Returns:
        Array of `KEYS`, shape (images,).
    """
    keys = np.empty(len(images), KEYS)
    keys["key"] = _rows_of_bytes(
        hashlib.blake2b(
            image.tobytes() + row.tobytes() + made_by.encode(), digest_size=KEY_BYTES
        ).digest()
        for image, row in zip(pixels, plan, strict=True)
    )
    keys["image"] = _rows_of_bytes(bytes.fromhex(image[: 2 * KEY_BYTES]) for image in images)
    return keys


def first_bytes(digests: np.ndarray) -> np.ndarray:
    """The first eight bytes of each, as a number, to sort and to look up by.

    Args:
        digests: uint8, shape (any, 16).
    """
    return np.ascontiguousarray(digests).view("<u8")[:, 0]


def _rows_of_bytes(rows: Iterable[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(rows), np.uint8).reshape(-1, KEY_BYTES)
