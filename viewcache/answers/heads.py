"""The heads that arms trained, opened once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from viewcache.answers.head_answers import HeadAnswers, Part, answers_of
from viewcache.arms.arm import Arm
from viewcache.features.store import FeatureView
from viewcache.heads.dense import as_dense, logits
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

    def is_of(self, arm: Arm) -> bool:
        """Whether it is one of an arm's, which may have fewer trainings than its own."""
        training = self.seed, self.rotation.number
        return self.arm.name == arm.name and training in arm.trainings


def open_heads(arms: Iterable[Arm], rotations: Sequence[Rotation]) -> list[TrainedHead]:
    """The heads of all arms, arm by arm.

    Raises:
        PipelineError: one is missing or damaged.
    """
    return [
        TrainedHead(arm, seed, rotations[number], open_head(arm.head_file(seed, number)))
        for arm in arms
        for seed, number in arm.trainings
    ]


def ask(
    head: TrainedHead,
    labels: np.ndarray,
    views: Mapping[int, FeatureView],
    asked: Sequence[int],
    part: Part = "test",
) -> HeadAnswers:
    """Let a head answer on the images of a part of its rotation.

    Args:
        labels: int, of all prepared images.
        asked: Ids of views: 0, then random ones.
    """
    layers, rows = as_dense(head.saved.weights), getattr(head.rotation, part)
    scores = np.stack([logits(layers, views[view].of(rows).astype(np.float32)) for view in asked])
    training = head.seed, head.rotation.number
    return answers_of(head.arm, training, part, rows, labels[rows], scores)


def epochs_of(heads: Sequence[TrainedHead]) -> pd.DataFrame:
    """One row a head and epoch: `arm`, `seed`, `rotation`, `epoch`, and its scores."""
    return pd.concat(
        pd.DataFrame(head.saved.history).assign(
            arm=head.arm.name, seed=head.seed, rotation=head.rotation.number
        )
        for head in heads
    )
