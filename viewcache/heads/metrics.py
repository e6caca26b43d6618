"""How good a head's answers are."""

import numpy as np
from scipy.special import log_softmax
from sklearn.metrics import accuracy_score, f1_score, log_loss, roc_auc_score

from viewcache.heads.answers import class_scores, predicted_classes


def classification_metrics(labels: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    """Accuracy, loss (mean cross-entropy in nats), ROC AUC, and F1.

    With two classes, F1 is that of class 1. With more, F1 is the mean of the classes', and the
    ROC AUC the mean of each class against the rest.

    Args:
        labels: int, shape (images,).
        logits: As a head gives them, shape (images, 1) or (images, classes).
    """
    scores = class_scores(logits)
    classes = np.arange(scores.shape[1])
    probabilities = np.exp(log_softmax(scores, axis=1))
    binary = len(classes) == 2
    return {
        "accuracy": float(accuracy_score(labels, predicted_classes(logits))),
        "loss": float(log_loss(labels, probabilities, labels=classes)),
        "roc_auc": float(
            roc_auc_score(labels, scores[:, 1])
            if binary
            else roc_auc_score(labels, probabilities, multi_class="ovr", labels=classes)
        ),
        "f1": float(
            f1_score(
                labels,
                predicted_classes(logits),
                average="binary" if binary else "macro",
                zero_division=0,
            )
        ),
    }
