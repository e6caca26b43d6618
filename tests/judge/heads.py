"""Heads that tests make of their answers."""

import numpy as np

from viewcache.answers.head_answers import HeadAnswers, answers_of
from viewcache.arms.arm import Arm


def answering(arm: Arm, seed: int, rotation: int, rows: list[int], logits) -> HeadAnswers:
    """A head that answers on some rows of the prepared images, whose right class is 0.

    Args:
        logits: Of shape (views, rows) or (views, rows, classes).
    """
    scores = np.array(logits, np.float32).reshape(len(logits), len(rows), -1)
    labels = np.zeros(len(rows), np.int64)
    return answers_of(arm, (seed, rotation), "test", np.array(rows), labels, scores)
