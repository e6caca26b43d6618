"""Keys of rows, as `wanted.keys_of_rows` makes them: 16 bytes each."""

from collections.abc import Iterable, Sequence

import numpy as np

KEY_BYTES = 16


def first_halves(digests: Sequence[str]) -> np.ndarray:
    """The first 16 bytes of digests in hexadecimal: uint8, shape (digests, 16)."""
    return as_rows(bytes.fromhex(digest[: 2 * KEY_BYTES]) for digest in digests)


def sortable(keys: np.ndarray) -> np.ndarray:
    """The same as one value each, to sort and to look up by: shape (any,)."""
    return np.ascontiguousarray(keys).view(f"S{KEY_BYTES}")[:, 0]


def find(keys: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Of each key its place among others: int64; -1 of none.

    Args:
        keys: uint8, shape (any, 16).
        among: As `sortable` gives them, in ascending order.
    """
    if not len(among):
        return np.full(len(keys), -1)
    wanted = sortable(keys)
    places = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
    return np.where(among[places] == wanted, places, -1)


def as_rows(keys: Iterable[bytes]) -> np.ndarray:
    """Keys as an array: uint8, shape (keys, 16)."""
    return np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES)
