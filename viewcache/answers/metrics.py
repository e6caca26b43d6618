"""How good answers are: every measure that is told, in one place."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    roc_auc_score,
)

from viewcache.answers.head_answers import HeadAnswers
from viewcache.heads.answers import class_scores

HEAD, VALIDATION = ["arm", "seed", "rotation"], ["validation_accuracy", "validation_loss"]
BINS = 10
"""Of confidence, in the expected calibration error."""


@dataclass(frozen=True)
class View:
    """Answers on images in one view.

    Attributes:
        classes: How many there are, whether these images are of all of them or not.
        labels, named: int, shape (images,).
        log_named, log_right: Log-probabilities in nats, likewise.
        scores: Logits of all classes: float64, shape (images, classes); None where not kept.
    """

    classes: int
    labels: np.ndarray
    named: np.ndarray
    log_named: np.ndarray
    log_right: np.ndarray
    scores: np.ndarray | None


def accuracy(view: View) -> float:
    return accuracy_score(view.labels, view.named)


def balanced_accuracy(view: View) -> float:
    """The mean over classes of the share that is named right."""
    return balanced_accuracy_score(view.labels, view.named)


def loss(view: View) -> float:
    """Mean cross-entropy, in nats."""
    return -view.log_right.mean()


def f1(view: View) -> float:
    """Of two classes that of class 1, of more the mean of the classes'."""
    average = "binary" if view.classes == 2 else "macro"
    return f1_score(view.labels, view.named, average=average, zero_division=0)


def calibration_error(view: View) -> float:
    """Expected calibration error: how far the confidence is from the share that is right, by bins.

    Guo et al., "On Calibration of Modern Neural Networks", 2017; here ten bins of equal width.
    """
    confidence, right = np.exp(view.log_named), view.named == view.labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs((right - confidence)[bins == one].sum()) for one in np.unique(bins)]
    return sum(gaps) / len(right)


def roc_auc(view: View) -> float:
    """Area under the ROC curve; of more than two classes the mean of each against the rest."""
    assert view.scores is not None
    if view.classes == 2:
        return roc_auc_score(view.labels, view.scores[:, 1])
    shares, classes = softmax(view.scores, axis=1), np.arange(view.classes)
    return roc_auc_score(view.labels, shares, multi_class="ovr", labels=classes)


def average_precision(view: View) -> float:
    """Of class 1; of more than two classes the mean of each against the rest."""
    assert view.scores is not None
    if view.classes == 2:
        return average_precision_score(view.labels, view.scores[:, 1])
    shares = softmax(view.scores, axis=1)
    truth = view.labels[:, None] == np.arange(view.classes)
    return average_precision_score(truth, shares, average="macro")


Measure = Callable[[View], float]
BY_CLASS: tuple[Measure, ...] = (accuracy, balanced_accuracy, loss, f1, calibration_error)
BY_SCORES: tuple[Measure, ...] = (roc_auc, average_precision)
"""What needs the logits of all classes."""


def measures_of(
    heads: Iterable[HeadAnswers], labels: np.ndarray, epochs: pd.DataFrame
) -> pd.DataFrame:
    """One row a head: `arm`, `seed`, `rotation`, and how good it is on test images.

    Measures are of the images as they are, and `*_augmented`, the mean over their random views;
    beside them stand accuracy and loss on validation images after the last epoch.

    Args:
        labels: int, of all prepared images; every class is among them.
        epochs: One row a head and epoch.
    """
    rows = [measures_of_head(head, labels) for head in heads if head.part == "test"]
    last = epochs.groupby(HEAD)[VALIDATION].last().reset_index()
    return pd.DataFrame(rows).merge(last)


def measures_of_head(head: HeadAnswers, labels: np.ndarray) -> dict[str, Any]:
    """A row of `measures_of`, without what is of validation images."""
    clean, *random = (_of_view(head, labels, view) for view in range(len(head.named)))
    return {
        **{"arm": head.arm.name, "seed": head.seed, "rotation": head.rotation},
        **clean,
        **{f"{name}_augmented": float(np.mean([view[name] for view in random])) for name in clean},
    }


def _of_view(head: HeadAnswers, labels: np.ndarray, number: int) -> dict[str, float]:
    scores = None if head.logits is None else class_scores(head.logits[number])
    of = (head.named[number], head.log_named[number], head.log_right[number])
    view = View(int(labels.max()) + 1, labels[head.images], *of, scores)
    measures = BY_CLASS if scores is None else (*BY_CLASS, *BY_SCORES)
    return {measure.__name__: float(measure(view)) for measure in measures}
