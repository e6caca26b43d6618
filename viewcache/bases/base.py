"""What every frozen base does, whatever runs it."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np


class Base(ABC):
    """A frozen base, compiled for one batch size.

    Every batch has the same shape, the last one filled up with black images, so that an image's
    features do not depend on how many images there are.

    Attributes:
        identity: Equal identities are equal functions, to the last bit on one machine.
        row_shape: Of what it gives for an image: (width,), or of the activations at a cut.
    """

    def __init__(
        self, identity: str, row_shape: tuple[int, ...], batch_size: int, in_flight: int
    ) -> None:
        self.identity, self.row_shape, self.batch_size = identity, row_shape, batch_size
        self._in_flight = in_flight

    def stream(self, batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Run the base over batches of any size, in order; the next ones are made while it runs.

        Args:
            batches: uint8, shape (any, side, side, 3).

        Yields:
            float32, shape (as many, *row shape).
        """
        pieces_of: deque[int] = deque()

        def pieces() -> Iterator[np.ndarray]:
            for images in batches:
                parts = np.split(images, range(self.batch_size, len(images), self.batch_size))
                pieces_of.append(len(parts))
                yield from parts

        features = self._stream_pieces(pieces())
        for first in features:
            yield np.concatenate([first, *islice(features, pieces_of.popleft() - 1)])

    def _stream_pieces(self, batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Of `batch_size` images at most."""
        pending: deque[tuple[Callable[[], np.ndarray], int]] = deque()
        for images in batches:
            if len(pending) == self._in_flight:
                yield _finish(*pending.popleft())
            missing = self.batch_size - len(images)
            filled = np.pad(images, [(0, missing), (0, 0), (0, 0), (0, 0)]) if missing else images
            pending.append((self._start(filled), len(images)))
        while pending:
            yield _finish(*pending.popleft())

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """uint8, shape (images, side, side, 3), to float32, shape (images, *row shape)."""
        return next(self.stream([images]))

    @abstractmethod
    def _start(self, images: np.ndarray) -> Callable[[], np.ndarray]:
        """Begin a full batch; the result waits for its features."""


def _finish(result: Callable[[], np.ndarray], images: int) -> np.ndarray:
    return result()[:images]
