"""What a row of features is a function of, as a key: equal keys, equal rows."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from viewcache.views.render import operations, versions

KEY_BYTES = 16
NO_KEY = bytes(KEY_BYTES)
"""In the place of an image that a view does not have."""


def contents(digests: Sequence[str], pixels: np.ndarray) -> np.ndarray:
    """What images are: their file's bytes, and the pixels that were made of them.

    In the pixels background and decoder count; names do not. Files of the same pixels have rows of
    their own, since a row says whose it is, and views are drawn by the file's bytes.

    Args:
        digests: Of the images.
        pixels: Digests of their pixels: uint8, shape (images, 16).

    Returns:
        uint8, shape (images, 32).
    """
    return np.hstack([first_halves(digests), pixels])


def keys_of_rows(images: np.ndarray, plan: np.ndarray, made_by: dict[str, Any]) -> np.ndarray:
    """BLAKE2b of what each image is, what its view does to it, and what makes the row.

    Of the view, only operations that change something, so that an operation more, or a parameter
    of another one, leaves the key as it is.

    Args:
        images: As `contents` gives them.
        plan: Their rows of the view's plan.
        made_by: What makes a row of the rendered pixels, part by part.

    Returns:
        uint8, shape (images, 16).
    """
    base = json.dumps(made_by, sort_keys=True).encode()
    rendered = json.dumps(made_by | versions(), sort_keys=True).encode()
    return _as_rows(
        hashlib.blake2b(
            image.tobytes() + changes + (rendered if changes else base), digest_size=KEY_BYTES
        ).digest()
        for image, changes in zip(images, operations(plan), strict=True)
    )


def first_halves(digests: Sequence[str]) -> np.ndarray:
    """The first 16 bytes of digests in hexadecimal: uint8, shape (digests, 16)."""
    return _as_rows(bytes.fromhex(digest[: 2 * KEY_BYTES]) for digest in digests)


def sortable(keys: np.ndarray) -> np.ndarray:
    """The same as one value each, to sort and to look up by: shape (any,)."""
    return np.ascontiguousarray(keys).view(f"S{KEY_BYTES}")[:, 0]


def _as_rows(keys: Iterable[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES)
