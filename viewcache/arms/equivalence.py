"""Whether as many cached views as epochs train the heads of end-to-end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from viewcache.arms.arm import Arm, Kind
from viewcache.arms.trained import TestedHead
from viewcache.features.store import FeatureView
from viewcache.ground.manifests import verify
from viewcache.ground.paths import seen_file
from viewcache.heads.answers import predicted_classes

SAME_WEIGHTS = 1e-4
"""Largest difference of weights between heads that count as the same."""


@dataclass(frozen=True)
class Equivalence:
    """The twin, as many cached views as epochs, held to an arm that trained end to end.

    Seeds, rotations and test images are those of end-to-end, in both.

    Attributes:
        accuracy, accuracy_of_twin: On the test images as they are; the mean over the trainings.
        max_abs_weight_difference: The most of any training.
        changed_test_predictions: Of all test views together; the most of any training.
        test_predictions: How many there are in a training.
        max_abs_feature_difference: Between what end-to-end saw and what was cached.
    """

    twin: Arm
    end_to_end: Arm
    accuracy: float
    accuracy_augmented: float
    accuracy_of_twin: float
    accuracy_augmented_of_twin: float
    max_abs_weight_difference: float
    changed_test_predictions: int
    test_predictions: int
    max_abs_feature_difference: float

    @property
    def is_exact(self) -> bool:
        return self.changed_test_predictions == 0 and self.max_abs_weight_difference <= SAME_WEIGHTS


def find_equivalences(
    tested: Sequence[TestedHead],
    labels: np.ndarray,
    epochs: int,
    views: Mapping[int, FeatureView],
) -> list[Equivalence]:
    """Hold the twin to every arm that trained end to end.

    On the compiled base, which both then use, heads must be the same. On Keras' own, features
    differ in the last digits, Adam magnifies that, and answers are what can be compared.

    Args:
        labels: Of all prepared images.
        views: From a view to its features.
    """
    by_arm: dict[Arm, dict[tuple[int, int], TestedHead]] = {}
    for head in tested:
        by_arm.setdefault(head.arm, {})[head.training] = head
    twin = next(arm for arm in by_arm if arm.budget == epochs)
    return [
        _equivalence(by_arm[twin], heads, labels, views)
        for arm, heads in by_arm.items()
        if arm.budget is None
    ]


def _equivalence(
    twins: Mapping[tuple[int, int], TestedHead],
    heads: Mapping[tuple[int, int], TestedHead],
    labels: np.ndarray,
    views: Mapping[int, FeatureView],
) -> Equivalence:
    pairs = [(twins[training], head) for training, head in heads.items()]
    twin, end_to_end = (head.arm for head in pairs[0])
    return Equivalence(
        twin,
        end_to_end,
        *_accuracies([head for _, head in pairs], labels),
        *_accuracies([head for head, _ in pairs], labels),
        max(_weight_difference(*pair) for pair in pairs),
        max(_changed_predictions(*pair) for pair in pairs),
        int(np.prod(pairs[0][1].logits.shape[:2])),
        _feature_difference(end_to_end.kind, views),
    )


def _accuracies(heads: Sequence[TestedHead], labels: np.ndarray) -> tuple[float, float]:
    """On the images as they are, and under random views."""
    right = [_predictions(head) == labels[head.trained.rotation.test] for head in heads]
    clean = np.mean([table[0].mean() for table in right])
    return float(clean), float(np.mean([table[1:].mean() for table in right]))


def _predictions(head: TestedHead) -> np.ndarray:
    """The classes that it names: int, shape (views, test images)."""
    return np.stack([predicted_classes(view) for view in head.logits])


def _weight_difference(head: TestedHead, other: TestedHead) -> float:
    weights = zip(head.trained.saved.weights, other.trained.saved.weights, strict=True)
    return max(float(np.abs(ours - theirs).max()) for ours, theirs in weights)


def _changed_predictions(head: TestedHead, other: TestedHead) -> int:
    return int((_predictions(head) != _predictions(other)).sum())


def _feature_difference(kind: Kind, views: Mapping[int, FeatureView]) -> float:
    """The most between what end-to-end saw of a batch and its cached features."""
    path = seen_file(kind)
    view = verify(path)["view"]
    with np.load(path, allow_pickle=False) as seen:
        return float(np.abs(views[view].of(seen["rows"]) - seen["features"]).max())
