"""Whether as many cached views as epochs train the heads of end-to-end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viewcache.arms.arm import Arm, Kind
from viewcache.arms.trained import TestedHead
from viewcache.features.store import open_views
from viewcache.ground.manifests import verify
from viewcache.ground.paths import FEATURES, seen_file
from viewcache.heads.metrics import predicted_classes
from viewcache.images.prepared import Prepared

SAME_WEIGHTS = 1e-4
"""Largest difference of weights between heads that count as the same."""


@dataclass(frozen=True)
class Equivalence:
    """The twin, as many cached views as epochs, held to an arm that trained end to end.

    Attributes:
        max_abs_weight_difference: Over the seeds of end-to-end.
        changed_test_predictions: Of all test views together; the most of any seed.
        max_abs_feature_difference: Between what end-to-end saw and what was cached.
    """

    twin: Arm
    end_to_end: Arm
    max_abs_weight_difference: float
    changed_test_predictions: int
    max_abs_feature_difference: float

    @property
    def is_exact(self) -> bool:
        return self.changed_test_predictions == 0 and self.max_abs_weight_difference <= SAME_WEIGHTS


def find_equivalences(
    tested: Sequence[TestedHead], epochs: int, train: Prepared
) -> list[Equivalence]:
    """Hold the twin to every arm that trained end to end; nothing where no twin was trained.

    On the compiled base, which both then use, heads must be the same. On Keras' own, features
    differ in the last digits, Adam magnifies that, and outputs are what can be compared.
    """
    arms = list(dict.fromkeys(head.arm for head in tested))
    return [
        _equivalence(tested, twin, arm, train)
        for twin in arms
        for arm in arms
        if twin.budget == epochs and arm.budget is None
    ]


def twin_of(equivalences: Sequence[Equivalence]) -> Arm | None:
    """The cached arm that was found to train end-to-end's very heads, if one was.

    On the base that both share; on Keras' own, heads differ a little.
    """
    return equivalences[-1].twin if equivalences and equivalences[-1].is_exact else None


def _equivalence(
    tested: Sequence[TestedHead], twin: Arm, end_to_end: Arm, train: Prepared
) -> Equivalence:
    heads = {(head.arm, head.seed): head for head in tested}
    pairs = [(heads[twin, seed], heads[end_to_end, seed]) for seed in end_to_end.seeds]
    return Equivalence(
        twin,
        end_to_end,
        max(_weight_difference(*pair) for pair in pairs),
        max(_changed_predictions(*pair) for pair in pairs),
        _feature_difference(end_to_end.kind, train),
    )


def _weight_difference(head: TestedHead, other: TestedHead) -> float:
    weights = zip(head.trained.saved.weights, other.trained.saved.weights, strict=True)
    return max(float(np.abs(ours - theirs).max()) for ours, theirs in weights)


def _changed_predictions(head: TestedHead, other: TestedHead) -> int:
    ours, theirs = (
        predicted_classes(one.logits.reshape(-1, one.logits.shape[-1])) for one in (head, other)
    )
    return int((ours != theirs).sum())


def _feature_difference(kind: Kind, train: Prepared) -> float:
    path = seen_file(kind)
    view = verify(path)["view"]
    [cached] = open_views(FEATURES / "train", [view], train.digests)
    with np.load(path, allow_pickle=False) as seen:
        return float(np.abs(cached[seen["rows"]] - seen["features"]).max())
