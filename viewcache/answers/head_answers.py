"""What a head says of the images of a part, in every view that they are tested in."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import log_softmax

from viewcache.arms.arm import Arm
from viewcache.heads.answers import class_scores

Part = Literal["test", "validation"]


@dataclass(frozen=True)
class HeadAnswers:
    """The answers of the head that an arm trained with a seed in a rotation.

    In all arrays row 0 is of view 0, the others are of random views.

    Attributes:
        part: Of the rotation, whose images were put to the head.
        images: Their rows among the prepared images: int64, shape (images,).
        named: The class that is named: int64, shape (views, images).
        log_named: Log-probability of that class, in nats: float64, likewise.
        log_right: Log-probability of the right class, likewise.
        logits: float32, shape (views, images, 1 or classes); None where they were not kept.
    """

    arm: Arm
    seed: int
    rotation: int
    part: Part
    images: np.ndarray
    named: np.ndarray
    log_named: np.ndarray
    log_right: np.ndarray
    logits: np.ndarray | None

    @property
    def training(self) -> tuple[int, int]:
        """Seed and number of the rotation."""
        return self.seed, self.rotation


def answers_of(
    arm: Arm,
    training: tuple[int, int],
    part: Part,
    images: np.ndarray,
    labels: np.ndarray,
    logits: np.ndarray,
) -> HeadAnswers:
    """What logits say.

    Args:
        training: Seed and number of the rotation.
        labels: int, of these images.
        logits: As a head gives them, shape (views, images, 1 or classes).
    """
    scores = np.stack([log_softmax(class_scores(view), axis=1) for view in logits])
    named = scores.argmax(axis=2)
    log_named, log_right = (
        np.take_along_axis(scores, classes[..., None], axis=2)[..., 0]
        for classes in (named, np.broadcast_to(labels, named.shape))
    )
    return HeadAnswers(arm, *training, part, images, named, log_named, log_right, logits)
