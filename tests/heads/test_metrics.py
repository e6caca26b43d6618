import numpy as np
import pytest

from stages.heads.metrics import classification_metrics


def test_metrics_of_a_known_case():
    metrics = classification_metrics(np.array([0, 0, 1, 1]), np.array([-1.0, 1.0, -0.5, 2.0]))
    assert metrics["accuracy"] == 0.5
    assert metrics["roc_auc"] == 0.75
    assert metrics["f1"] == 0.5
    expected = np.mean(np.log1p(np.exp([-1.0, 1.0, 0.5, -2.0])))
    assert metrics["loss"] == pytest.approx(expected)


def test_a_head_that_knows_nothing_scores_a_half():
    metrics = classification_metrics(np.array([0, 1]), np.zeros(2, np.float32))
    assert metrics["roc_auc"] == 0.5
    assert metrics["loss"] == pytest.approx(np.log(2))
