"""Whether as many cached views as end to end renders train the heads of end to end."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from viewcache.answers.head_answers import HeadAnswers
from viewcache.answers.heads import TrainedHead, ask
from viewcache.arms.arm import Arm, kept_epochs
from viewcache.features.store import FeatureView
from viewcache.ground.files import write_text
from viewcache.ground.manifests import verify
from viewcache.ground.paths import seen_file
from viewcache.heads.saved import open_head
from viewcache.images.folds import Rotation

if TYPE_CHECKING:
    from viewcache.ground.quiet_tensorflow import keras


@dataclass(frozen=True)
class Equivalence:
    """The twin held to an arm that trained end to end, on its seeds, rotations and test images.

    Attributes:
        weight_differences: From epochs after which weights were kept to the largest difference
            of any training.
        changed_test_predictions: After the last of these epochs, of all test views together; the
            most of any training.
        test_predictions: How many there are in a training.
        max_abs_feature_difference: Between what end to end saw and what was cached.
    """

    twin: Arm
    end_to_end: Arm
    weight_differences: dict[int, float]
    changed_test_predictions: int
    test_predictions: int
    max_abs_feature_difference: float

    @property
    def epochs(self) -> int:
        """The last epochs that are compared: all, unless end to end was cut short."""
        return max(self.weight_differences)

    @property
    def max_abs_weight_difference(self) -> float:
        return max(self.weight_differences.values())

    @property
    def is_exact(self) -> bool:
        return self.changed_test_predictions == 0 and self.max_abs_weight_difference == 0


def save_equivalences(path: Path, found: Sequence[Equivalence]) -> None:
    """Write what was found, as JSON."""
    records = [
        {**vars(one), "twin": one.twin.name, "end_to_end": one.end_to_end.name} for one in found
    ]
    write_text(path, json.dumps(records, indent=2) + "\n")


def load_equivalences(path: Path, arms: Iterable[Arm]) -> list[Equivalence]:
    """Read what was found.

    Args:
        arms: All that may have been compared.
    """
    by_name = {arm.name: arm for arm in arms}

    def equivalence(record: dict[str, Any]) -> Equivalence:
        ways = {name: by_name[record[name]] for name in ("twin", "end_to_end")}
        by_epoch = {int(epoch): most for epoch, most in record["weight_differences"].items()}
        return Equivalence(**record | ways | {"weight_differences": by_epoch})

    return [equivalence(record) for record in json.loads(path.read_bytes())]


def find_equivalence(
    twin: Arm,
    end_to_end: Arm,
    rotations: Sequence[Rotation],
    labels: np.ndarray,
    views: Mapping[int, FeatureView],
    asked: Sequence[int],
    upper: "keras.Model | None" = None,
) -> Equivalence:
    """Hold the twin to an arm that trained end to end.

    On the compiled base, which both then use, heads must be the same. On Keras' own, features
    differ in the last digits, Adam magnifies that, and answers are what can be compared.

    Args:
        labels: int, of all prepared images.
        views: The features of all that is asked for.
        asked: Ids of views: 0, then random ones.
        upper: The layers above a cut, as `as_head` takes them.

    Raises:
        PipelineError: a head is missing or damaged.
    """
    pairs = {
        epoch: [[_head(arm, *one, epoch, rotations) for arm in (twin, end_to_end)] for one in of]
        for epoch, of in trainings_by_epoch(twin, end_to_end).items()
    }
    answers = [
        [ask(head, labels, views, asked, upper=upper) for head in pair]
        for pair in pairs[max(pairs)]
    ]
    return Equivalence(
        twin,
        end_to_end,
        {epoch: max(_weight_difference(*pair) for pair in heads) for epoch, heads in pairs.items()},
        max(_changed_predictions(*pair) for pair in answers),
        answers[0][0].named.size,
        _seen_difference(end_to_end, views),
    )


def trainings_by_epoch(twin: Arm, end_to_end: Arm) -> dict[int, list[tuple[int, int]]]:
    """Epochs after which both ways kept weights, and of which trainings; the last of all."""
    trainings = end_to_end.trainings
    kept = {one: kept_epochs(twin.seeds[0], end_to_end, *one) for one in trainings}
    epochs = sorted({epoch for of in kept.values() for epoch in of})
    found = {epoch: [one for one in trainings if epoch in kept[one]] for epoch in epochs}
    return found | ({end_to_end.epochs: [*trainings]} if end_to_end.is_whole else {})


def _head(
    arm: Arm, seed: int, rotation: int, epoch: int, rotations: Sequence[Rotation]
) -> TrainedHead:
    """As it was after an epoch."""
    path = arm.head_file(seed, rotation, None if epoch == arm.course.epochs else epoch)
    return TrainedHead(arm, seed, rotations[rotation], open_head(path))


def _weight_difference(head: TrainedHead, other: TrainedHead) -> float:
    weights = zip(head.saved.weights, other.saved.weights, strict=True)
    return max(float(np.abs(ours - theirs).max()) for ours, theirs in weights)


def _changed_predictions(head: HeadAnswers, other: HeadAnswers) -> int:
    return int((head.named != other.named).sum())


def _seen_difference(arm: Arm, views: Mapping[int, FeatureView]) -> float:
    """The most between what end to end saw of a batch and its cached features."""
    path = seen_file(arm.kind)
    view = verify(path)["view"]
    with np.load(path, allow_pickle=False) as seen:
        return float(np.abs(views[view].of(seen["rows"]) - seen["features"]).max())
