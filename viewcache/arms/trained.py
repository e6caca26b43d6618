"""The heads that an arm trained: opened once, tested once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from viewcache.arms.arm import Arm
from viewcache.features.store import FeatureView
from viewcache.heads.dense import as_dense, logits
from viewcache.heads.metrics import classification_metrics
from viewcache.heads.saved import SavedHead, open_head
from viewcache.images.folds import Rotation


@dataclass(frozen=True)
class TrainedHead:
    """The head that an arm trained with a seed in a rotation."""

    arm: Arm
    seed: int
    rotation: Rotation
    saved: SavedHead

    @property
    def path(self) -> Path:
        return self.arm.head_file(self.seed, self.rotation.number)


@dataclass(frozen=True)
class TestedHead:
    """A trained head and its answers.

    Attributes:
        logits: float32, shape (views, test images of the rotation, 1 or classes); row 0 is of
            view 0, the others are of random views.
    """

    trained: TrainedHead
    logits: np.ndarray

    @property
    def arm(self) -> Arm:
        return self.trained.arm

    @property
    def training(self) -> tuple[int, int]:
        """Seed and number of the rotation."""
        return self.trained.seed, self.trained.rotation.number


def open_heads(arms: Sequence[Arm], rotations: Sequence[Rotation]) -> Iterator[TrainedHead]:
    """The heads of all arms, arm by arm.

    Raises:
        PipelineError: one is missing or damaged.
    """
    for arm in arms:
        for seed, number in arm.trainings:
            yield TrainedHead(arm, seed, rotations[number], open_head(arm.head_file(seed, number)))


def put_to_the_test(
    trained: TrainedHead,
    views: Mapping[int, FeatureView],
    test_views: Sequence[int],
) -> TestedHead:
    """Let a head answer on the images that its rotation tests.

    Args:
        test_views: Ids: 0, then random ones.
    """
    layers, rows = as_dense(trained.saved.weights), trained.rotation.test
    answers = [logits(layers, views[view].of(rows).astype(np.float32)) for view in test_views]
    return TestedHead(trained, np.stack(answers))


def score(tested: TestedHead, labels: np.ndarray) -> dict[str, Any]:
    """Metrics of one head on the test images of its rotation: as they are, and `*_augmented`, the
    mean over their random views; and `validation_*` after the last epoch.

    Args:
        labels: Of all prepared images.
    """
    head = tested.trained
    clean, *random = (
        classification_metrics(labels[head.rotation.test], view) for view in tested.logits
    )
    last = head.saved.history[-1]
    return {
        "arm": head.arm.name,
        "seed": head.seed,
        "rotation": head.rotation.number,
        **clean,
        **{f"{name}_augmented": float(np.mean([view[name] for view in random])) for name in clean},
        "validation_accuracy": last.validation_accuracy,
        "validation_loss": last.validation_loss,
    }


def epochs_of(heads: Sequence[TrainedHead]) -> pd.DataFrame:
    """One row a head and epoch: `arm`, `seed`, `rotation`, `epoch`, and its scores."""
    return pd.concat(
        pd.DataFrame(head.saved.history).assign(
            arm=head.arm.name, seed=head.seed, rotation=head.rotation.number
        )
        for head in heads
    )


def losses_of(heads: Sequence[TestedHead]) -> np.ndarray:
    """Validation losses, in nats: float64, shape (heads, epochs)."""
    return np.array(
        [[epoch.validation_loss for epoch in head.trained.saved.history] for head in heads]
    )
