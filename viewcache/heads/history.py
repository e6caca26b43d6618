"""What the epochs of a training gave."""

from typing import NamedTuple


class Score(NamedTuple):
    """Mean cross-entropy, in nats, and accuracy, from 0 to 1."""

    loss: float
    accuracy: float


class Epoch(NamedTuple):
    """An epoch that was run.

    Attributes:
        epoch: Counted from 1.
        loss: Mean cross-entropy while training, in nats.
    """

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
