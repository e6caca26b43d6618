"""How good a head's answers are."""

import numpy as np
from scipy.special import expit
from sklearn.metrics import accuracy_score, f1_score, log_loss, roc_auc_score


def classification_metrics(labels: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    """Accuracy, loss (mean cross-entropy in nats), ROC AUC, and F1 of class 1.

    Args:
        labels: 0 or 1, shape (images,).
        logits: Of class 1, shape (images,).
    """
    scores = logits.astype(np.float64)
    predictions = scores > 0
    return {
        "accuracy": float(accuracy_score(labels, predictions)),
        "loss": float(log_loss(labels, expit(scores), labels=[0, 1])),
        "roc_auc": float(roc_auc_score(labels, scores)),
        "f1": float(f1_score(labels, predictions, zero_division=0)),
    }
