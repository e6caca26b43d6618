"""Keys of rows: 16 bytes each."""

from collections.abc import Iterable, Sequence

import numpy as np

KEY_BYTES = 16
NO_KEY = bytes(KEY_BYTES)
"""In the place of an image that a view does not have."""


def first_halves(digests: Sequence[str]) -> np.ndarray:
    """The first 16 bytes of digests in hexadecimal: uint8, shape (digests, 16)."""
    return as_rows(bytes.fromhex(digest[: 2 * KEY_BYTES]) for digest in digests)


def sortable(keys: np.ndarray) -> np.ndarray:
    """The same as one value each, to sort and to look up by: shape (any,)."""
    return np.ascontiguousarray(keys).view(f"S{KEY_BYTES}")[:, 0]


def as_rows(keys: Iterable[bytes]) -> np.ndarray:
    """Keys as an array: uint8, shape (keys, 16)."""
    return np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES)
