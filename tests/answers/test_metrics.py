from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn import metrics as scikit_learn

from tests.arms.named import named
from viewcache.answers.head_answers import answers_of
from viewcache.answers.metrics import BINS, View, calibration_error, measures_of_head

TWO = np.array([[-1, 1, -0.5, 2]], np.float32)[..., None]
THREE = np.array([[[9, 0, 0], [0, 9, 0], [0, 9, 0], [0, 0, 9]]], np.float32)


def measured(labels, *views, images=None, keep=True):
    """Measures of a head.

    Args:
        views: Logits, the first of the images as they are; one stands for a random view too.
        images: That it answers on, all if left out.
        keep: Its logits, with the answers.
    """
    labels, logits = np.array(labels), np.concatenate(views if views[1:] else 2 * views)
    images = np.arange(len(labels)) if images is None else np.array(images)
    head = answers_of(named("cached_2"), (7, 3), "test", images, labels[images], logits)
    return measures_of_head(head if keep else replace(head, logits=None), labels)


def test_of_two_classes_a_known_case():
    found = measured([0, 0, 1, 1], TWO)
    assert (found["arm"], found["seed"], found["rotation"]) == ("cached_2", 7, 3)
    assert found["accuracy"] == found["balanced_accuracy"] == found["f1"] == 0.5
    assert found["roc_auc"] == 0.75
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["loss"] == pytest.approx(np.log1p(np.exp([-1, 1, 0.5, -2])).mean())


def test_of_three_classes_a_known_case():
    found = measured([0, 1, 2, 2], THREE)
    assert (found["accuracy"], found["balanced_accuracy"]) == (0.75, 2.5 / 3)
    assert found["f1"] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
    assert found["loss"] == pytest.approx(9 / 4, abs=0.01)
    assert found["roc_auc"] == pytest.approx((1 + 5 / 6 + 3 / 4) / 3)
    assert found["average_precision"] == pytest.approx((1 + 1 / 2 + 3 / 4) / 3)


def test_a_head_that_knows_nothing_scores_a_half():
    found = measured([0, 1], np.zeros((1, 2, 1), np.float32))
    assert found["roc_auc"] == found["average_precision"] == 0.5
    assert found["loss"] == pytest.approx(np.log(2))
    assert found["calibration_error"] == 0


@given(st.integers(0, 1000), st.sampled_from([2, 3]))
def test_measures_are_scikit_learns(seed, classes):
    rng, labels = np.random.default_rng(seed), np.arange(30) % classes
    logits = 2 * rng.normal(size=(1, 30, classes if classes > 2 else 1)).astype(np.float32)
    scores = logits[0] if classes > 2 else np.hstack([0 * logits[0], logits[0]])
    shares, found = softmax(scores.astype(float), axis=1), measured(labels, logits)
    said, of = scores.argmax(axis=1), shares if classes > 2 else shares[:, 1]
    truth = labels[:, None] == np.arange(classes) if classes > 2 else labels
    f1 = {"average": "macro" if classes > 2 else "binary", "zero_division": 0}
    expected = {
        "accuracy": scikit_learn.accuracy_score(labels, said),
        "balanced_accuracy": scikit_learn.balanced_accuracy_score(labels, said),
        "loss": scikit_learn.log_loss(labels, shares),
        "f1": scikit_learn.f1_score(labels, said, **f1),
        "roc_auc": scikit_learn.roc_auc_score(labels, of, multi_class="ovr"),
        "average_precision": scikit_learn.average_precision_score(truth, of),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def view_of(confidence, right):
    """Answers of such confidence, of which some are right."""
    labels, logs = np.zeros(len(right), int), np.log(confidence)
    return View(2, labels, 1 - np.array(right), logs, logs, None)


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [
        ([1.0, 1.0], [1, 1], 0),
        ([1.0, 1.0], [0, 0], 1),
        ([0.75] * 4, [1, 1, 1, 0], 0),
        ([0.75] * 4, [1, 0, 0, 0], 0.5),
        # In one bin they make up for each other, in two they do not.
        ([0.72, 0.78], [1, 0], 0.25),
        ([0.68, 0.72], [1, 0], (0.32 + 0.72) / 2),
        ([0.55, 0.55, 0.95, 0.95], [1, 0, 1, 1], (2 * 0.05 + 2 * 0.05) / 4),
    ],
)
def test_the_calibration_error_is_the_gap_of_the_bins_by_their_images(confidence, right, error):
    assert calibration_error(view_of(confidence, right)) == pytest.approx(error)


@given(st.integers(0, 1000))
def test_the_calibration_error_is_the_mean_gap_of_ten_bins(seed):
    rng = np.random.default_rng(seed)
    confidence, right = rng.uniform(0.05, 1, 50), rng.integers(0, 2, 50)
    error = 0.0
    for number in range(BINS):
        inside = (confidence >= number / BINS) & (confidence < (number + 1) / BINS)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert calibration_error(view_of(confidence, right)) == pytest.approx(error)


def test_measures_are_of_the_images_as_they_are_and_the_mean_over_their_random_views():
    views = np.array([[1, -1, 1], [1, 1, -1], [1, -1, -1], [-1, 1, -1]], np.float32)
    found = measured([0, 1, 1, 0, 1], *views[:, None, :, None], images=[1, 3, 4])
    assert (found["accuracy"], found["roc_auc"], found["f1"]) == (1, 1, 1)
    assert found["accuracy_augmented"] == pytest.approx((1 / 3 + 2 / 3 + 0) / 3)
    right, wrong = np.log1p(np.exp([-1, 1]))
    assert found["loss"] == pytest.approx(right)
    assert found["loss_augmented"] == pytest.approx((3 * right + 6 * wrong) / 9)
    assert {f"{name}_augmented" for name in ("f1", "roc_auc", "calibration_error")} <= {*found}


def test_without_logits_what_needs_none_is_the_same():
    whole, rest = (measured([0, 1, 2, 2], THREE, keep=keep) for keep in (True, False))
    scored = {"roc_auc", "average_precision"}
    gone = scored | {f"{name}_augmented" for name in scored}
    assert rest == {name: value for name, value in whole.items() if name not in gone}


def test_of_images_of_two_classes_f1_is_still_the_mean_where_there_are_three():
    said = 9 * np.eye(3, dtype=np.float32)[None, [0, 1, 1, 0]]
    found = measured([0, 1, 1, 1, 2], said, images=[0, 1, 2, 3], keep=False)
    assert found["f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
