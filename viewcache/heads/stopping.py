"""Early stopping: by the validation loss, and by the same rule for every arm."""

import numpy as np

from viewcache.ground.quiet_tensorflow import keras


class BestHead:
    """Watches a training; without patience it keeps the last head and never stops."""

    def __init__(self, head: keras.Model, patience: int | None) -> None:
        self._head, self._patience = head, patience
        self._epoch, self._loss = 0, np.inf
        self._weights: list[np.ndarray] | None = None

    def has_stalled(self, epoch: int, loss: float) -> bool:
        """Take note of an epoch; whether the loss has not fallen for as long as patience lasts."""
        if self._patience is None:
            self._epoch = epoch
        elif loss < self._loss:
            self._epoch, self._loss, self._weights = epoch, loss, self._head.get_weights()
        return self._patience is not None and epoch - self._epoch >= self._patience

    def restore(self) -> int:
        """Give the head the weights of the epoch that is kept; returns that epoch."""
        if self._weights is not None:
            self._head.set_weights(self._weights)
        return self._epoch
