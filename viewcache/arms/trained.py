"""The heads that an arm trained: opened once, tested once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from viewcache.arms.arm import Arm
from viewcache.heads.metrics import classification_metrics
from viewcache.heads.saved import SavedHead, open_head


@dataclass(frozen=True)
class TrainedHead:
    """The head that an arm trained with a seed."""

    arm: Arm
    seed: int
    saved: SavedHead

    @property
    def path(self) -> Path:
        return self.arm.head_file(self.seed)


@dataclass(frozen=True)
class TestedHead:
    """A trained head and its answers.

    Attributes:
        logits: float32, shape (views, test images, 1 or classes); row 0 is of view 0.
    """

    trained: TrainedHead
    logits: np.ndarray

    @property
    def arm(self) -> Arm:
        return self.trained.arm

    @property
    def seed(self) -> int:
        return self.trained.seed


def open_heads(arms: Sequence[Arm]) -> list[TrainedHead]:
    """The heads of all arms, arm by arm.

    Raises:
        PipelineError: one is missing or damaged.
    """
    return [
        TrainedHead(arm, seed, open_head(arm.head_file(seed))) for arm in arms for seed in arm.seeds
    ]


def put_to_the_test(
    heads: Sequence[TrainedHead], model: keras.Model, views: Sequence[np.ndarray]
) -> list[TestedHead]:
    """Let every head answer.

    Args:
        model: A head of the same architecture; it takes over their weights, one after another.
        views: Features of the test images under several views.
    """
    tested = []
    for trained in heads:
        model.set_weights(trained.saved.weights)
        logits = [model.predict(view, batch_size=4096, verbose=0) for view in views]
        tested.append(TestedHead(trained, np.stack(logits)))
    return tested


def score(tested: TestedHead, labels: np.ndarray) -> dict[str, Any]:
    """Metrics of one head on the test images: `test_*` on view 0, `test_*_augmented`, the mean
    over their random views; `validation_*` of the kept epoch; `epochs`, how many were run, and
    `kept_epoch`."""
    clean, *random = (classification_metrics(labels, view) for view in tested.logits)
    history = tested.trained.saved.history
    [kept] = [entry for entry in history if entry.kept]
    return {
        "arm": tested.arm.name,
        "seed": tested.seed,
        **{f"test_{name}": value for name, value in clean.items()},
        **{
            f"test_{name}_augmented": float(np.mean([view[name] for view in random]))
            for name in clean
        },
        "validation_accuracy": kept.validation_accuracy,
        "validation_loss": kept.validation_loss,
        "epochs": len(history),
        "kept_epoch": kept.epoch,
    }


def epochs_of(heads: Sequence[TrainedHead]) -> pd.DataFrame:
    """One row a head and epoch: `arm`, `seed`, `epoch`, metrics of training and validation."""
    return pd.concat(
        pd.DataFrame(trained.saved.history)
        .drop(columns="kept")
        .assign(arm=trained.arm.name, seed=trained.seed)
        for trained in heads
    )
