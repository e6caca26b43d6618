"""The baseline: what everybody would try first on the features of the images as they are."""

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from threadpoolctl import threadpool_limits

from viewcache.features.store import FeatureRows, FeatureView
from viewcache.heads.answers import predict, score_of
from viewcache.heads.dense import Dense, logits
from viewcache.heads.history import Epoch
from viewcache.heads.saved import Trained
from viewcache.images.folds import Rotation

if TYPE_CHECKING:
    from viewcache.ground.quiet_tensorflow import keras

MOST_IMAGES = 20_000
"""That are seen of a part, so that any number of features fits into memory. They lie in order of
digest, so the first are a random sample."""
STRENGTHS = (0.01, 0.1, 1.0, 10.0)
"""Inverse strengths of regularization (`C`) that are tried."""
SCORES = {"none": accuracy_score, "balanced": balanced_accuracy_score}
ITERATIONS = 1000


class Examples(NamedTuple):
    """Features and labels.

    Attributes:
        features: float32, shape (images, width).
        labels: int, shape (images,).
    """

    features: np.ndarray
    labels: np.ndarray


def baseline_on(
    view: FeatureView,
    labels: np.ndarray,
    rotation: Rotation,
    class_weights: Literal["none", "balanced"],
    upper: "keras.Model | None" = None,
) -> Trained:
    """The baseline of a rotation, as `train_baseline` trains it.

    Args:
        view: View 0.
        labels: Of all prepared images.
        upper: The layers above a cut, as they were loaded; they become the head's first.
    """

    def examples(rows: np.ndarray) -> Examples:
        some = _some_of(rows, labels)
        features = predict(upper, FeatureRows(view, some)) if upper else view.of(some)
        return Examples(features.astype(np.float32), labels[some])

    train, validation = examples(rotation.train), examples(rotation.validation)
    trained = train_baseline(train, validation, class_weights)
    loaded = upper.get_weights() if upper else []
    return trained._replace(weights=[*loaded, *trained.weights])


def train_baseline(
    train: Examples,
    validation: Examples,
    class_weights: Literal["none", "balanced"],
) -> Trained:
    """Logistic regression, its strength of regularization chosen on validation images.

    Chosen by accuracy; where classes are weighted, by balanced accuracy. Of equal ones the
    strongest is taken. The protocol is that of linear probes (Radford et al., "Learning
    Transferable Visual Models From Natural Language Supervision", 2021, A.3).

    Returns:
        A linear head, trained in one epoch.
    """
    weights = None if class_weights == "none" else class_weights
    score = SCORES[class_weights]
    # More threads than one take a hundred times as long on a busy machine: steps are small.
    with threadpool_limits(1):
        models = [
            LogisticRegression(C=strength, class_weight=weights, max_iter=ITERATIONS).fit(*train)
            for strength in STRENGTHS
        ]
        scores = [score(validation.labels, model.predict(validation.features)) for model in models]
    best = models[int(np.argmax(scores))]
    layer = Dense(best.coef_.T.astype(np.float32), best.intercept_.astype(np.float32))
    train_score, validation_score = (
        score_of(labels, logits([layer], features)) for features, labels in (train, validation)
    )
    start = f"logistic regression, C {best.C}"
    return Trained([*layer], [Epoch(1, *train_score, *validation_score)], start, {})


def _some_of(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The first rows, and one at least of every class."""
    _, first = np.unique(labels[rows], return_index=True)
    return np.union1d(rows[:MOST_IMAGES], rows[first])
