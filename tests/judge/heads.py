"""Heads that tests make of their answers."""

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.arms.trained import TestedHead, TrainedHead
from viewcache.heads.saved import SavedHead
from viewcache.images.folds import Rotation

ROWS = np.empty(0, np.int64)


def answering(arm: Arm, seed: int, rotation: int, rows: list[int], logits) -> TestedHead:
    """A head that answers on some rows of the prepared images.

    Args:
        logits: Of shape (views, rows) or (views, rows, classes).
    """
    saved = SavedHead([], "start", "images", "validation images", [])
    parted = Rotation(rotation, ROWS, ROWS, np.array(rows))
    scores = np.array(logits, np.float32).reshape(len(logits), len(rows), -1)
    return TestedHead(TrainedHead(arm, seed, parted, saved), scores)
