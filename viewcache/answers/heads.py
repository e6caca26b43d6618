"""The heads that arms trained, opened once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from viewcache.answers.head_answers import HeadAnswers, Part, answers_of
from viewcache.arms.arm import Arm
from viewcache.features.store import FeatureView
from viewcache.heads.answers import as_head
from viewcache.heads.saved import SavedHead, open_head
from viewcache.images.folds import Rotation

if TYPE_CHECKING:
    from viewcache.ground.quiet_tensorflow import keras


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
    upper: "keras.Model | None" = None,
) -> HeadAnswers:
    """Let a head answer on the images of a part of its rotation.

    Args:
        labels: int, of all prepared images.
        asked: Ids of views: 0, then random ones.
        upper: The layers above a cut, as `as_head` takes them.
    """
    answering, rows = as_head(head.saved.weights, upper), getattr(head.rotation, part)
    scores = np.stack([answering.logits(views[view].of(rows)) for view in asked])
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
