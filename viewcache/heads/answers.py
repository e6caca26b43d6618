"""What a head answers, from its logits."""

import numpy as np
from scipy.special import log_softmax

from viewcache.heads.history import Score


def class_scores(logits: np.ndarray) -> np.ndarray:
    """The logit of every class: float64, shape (images, classes).

    Args:
        logits: As a head gives them, shape (images, 1) or (images, classes).
    """
    scores = logits.astype(np.float64)
    return np.hstack([np.zeros_like(scores), scores]) if scores.shape[1] == 1 else scores


def predicted_classes(logits: np.ndarray) -> np.ndarray:
    """The class that a head names for each image: int64, shape (images,)."""
    return class_scores(logits).argmax(axis=1)


def losses(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Cross-entropy of each image, in nats: float64, shape (images,)."""
    return -log_softmax(class_scores(logits), axis=1)[np.arange(len(labels)), labels]


def score_of(labels: np.ndarray, logits: np.ndarray) -> Score:
    """Mean cross-entropy and accuracy of answers."""
    return Score(
        float(losses(labels, logits).mean()),
        float((predicted_classes(logits) == labels).mean()),
    )
