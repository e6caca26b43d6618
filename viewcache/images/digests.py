"""SHA-256 of many images, in little memory."""

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np


class Digests(Sequence[str]):
    """Reads as a list of digests in hexadecimal, in a quarter of its memory: 32 bytes each."""

    def __init__(self, digests: Iterable[str]) -> None:
        self._rows = np.fromiter(map(bytes.fromhex, digests), "V32")

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> list[str]: ...

    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [one.tobytes().hex() for one in self._rows[row]]
        return self._rows[row].tobytes().hex()
