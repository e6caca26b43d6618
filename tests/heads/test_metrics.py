import numpy as np
import pytest

from viewcache.heads.metrics import classification_metrics


def column(*logits):
    return np.array(logits, np.float32)[:, None]


def test_metrics_of_a_known_case():
    metrics = classification_metrics(np.array([0, 0, 1, 1]), column(-1, 1, -0.5, 2))
    assert metrics["accuracy"] == 0.5
    assert metrics["roc_auc"] == 0.75
    assert metrics["f1"] == 0.5
    expected = np.mean(np.log1p(np.exp([-1.0, 1.0, 0.5, -2.0])))
    assert metrics["loss"] == pytest.approx(expected)


def test_a_head_that_knows_nothing_scores_a_half():
    metrics = classification_metrics(np.array([0, 1]), column(0, 0))
    assert metrics["roc_auc"] == 0.5
    assert metrics["loss"] == pytest.approx(np.log(2))


def test_metrics_of_three_classes():
    logits = np.array([[9, 0, 0], [0, 9, 0], [0, 9, 0], [0, 0, 9]], np.float32)
    metrics = classification_metrics(np.array([0, 1, 2, 2]), logits)
    assert metrics["accuracy"] == 0.75
    assert metrics["f1"] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
    assert metrics["loss"] == pytest.approx(9 / 4, abs=0.01)
    assert 0.8 < metrics["roc_auc"] < 1
