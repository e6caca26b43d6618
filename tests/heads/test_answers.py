import numpy as np
import pytest

from viewcache.heads.answers import losses, predicted_classes


def column(*logits):
    return np.array(logits, np.float32)[:, None]


def test_one_logit_of_two_classes_says_what_two_logits_say():
    labels, logits = np.array([0, 1, 1]), column(-2, 0.5, 3)
    both = np.hstack([np.zeros_like(logits), logits])
    assert np.array_equal(predicted_classes(logits), predicted_classes(both))
    assert losses(labels, logits) == pytest.approx(losses(labels, both))
