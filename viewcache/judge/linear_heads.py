"""Linear heads, cross-validated: in seconds, what the features of a base are good for."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from viewcache.judge.correctness import Correct, Measured

STRENGTH = 0.01
"""scikit-learn's C, for standardized features: the same for every base, and never tuned."""


def cross_validate(
    training: Sequence[np.ndarray],
    tested: Mapping[Measured, np.ndarray],
    labels: np.ndarray,
    tests: Sequence[np.ndarray],
    class_weights: Literal["none", "balanced"],
) -> Correct:
    """How right heads are on images that they were not trained on.

    Args:
        training: Features of every view that they are trained on: float32, shape (images, width).
        tested: Of views that they are tested on, likewise.
        labels: int, shape (images,).
        tests: For each head, rows of the images that it is tested on; it is trained on all others.

    Returns:
        The tested images in their order. No seed changes a linear head, so that two seeds would
        give the rows of the tables, which are equal: their intervals are over images alone.
    """
    right = {on: np.zeros(len(labels)) for on in tested}
    for rows in filter(len, tests):
        trained = np.setdiff1d(np.arange(len(labels)), rows)
        several = len(np.unique(labels[trained])) > 1
        head = _head(class_weights) if several else DummyClassifier()
        features = np.concatenate([of_view[trained] for of_view in training])
        head.fit(features, np.tile(labels[trained], len(training)))
        for on, of_view in tested.items():
            right[on][rows] = head.predict(of_view[rows]) == labels[rows]
    of_all = np.sort(np.concatenate(list(tests)))
    return {on: np.stack([row[of_all]] * 2) for on, row in right.items()}


def _head(class_weights: Literal["none", "balanced"]) -> Pipeline:
    weights = "balanced" if class_weights == "balanced" else None
    regression = LogisticRegression(C=STRENGTH, class_weight=weights, max_iter=1000)
    return make_pipeline(StandardScaler(), regression)
