"""Heads put to the test."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pandas as pd

from viewcache.arms.arm import TrainedHead
from viewcache.ground.manifests import verify
from viewcache.heads.metrics import classification_metrics
from viewcache.heads.saved import load_weights


def predict(head: keras.Model, trained: TrainedHead, views: Sequence[np.ndarray]) -> np.ndarray:
    """Logits of a trained head: float32, shape (views, images, 1 or classes).

    Args:
        head: A head of the same architecture; takes over the trained weights.
        views: Features of the same images under several views.
    """
    head.set_weights(load_weights(trained.path))
    return np.stack([head.predict(view, batch_size=4096, verbose=0) for view in views])


def score(trained: TrainedHead, labels: np.ndarray, logits: np.ndarray) -> dict[str, Any]:
    """Metrics of one head on the test images: `test_*` on view 0 (row 0 of the logits), and
    `test_*_augmented`, the mean over their random views; `validation_*` of the kept epoch; and
    `epochs`, how many were run, and `kept_epoch`."""
    clean, *random = (classification_metrics(labels, view) for view in logits)
    history = verify(trained.path)["history"]
    [kept] = [entry for entry in history if entry["kept"]]
    return {
        "arm": trained.arm,
        "seed": trained.seed,
        **{f"test_{name}": value for name, value in clean.items()},
        **{
            f"test_{name}_augmented": float(np.mean([view[name] for view in random]))
            for name in clean
        },
        "validation_accuracy": kept["validation_accuracy"],
        "validation_loss": kept["validation_loss"],
        "epochs": len(history),
        "kept_epoch": kept["epoch"],
    }


def learning_curve(trained: TrainedHead) -> pd.DataFrame:
    """One row an epoch: `arm`, `seed`, `epoch` and the metrics of training and validation."""
    curve = pd.DataFrame(verify(trained.path)["history"]).drop(columns="kept")
    return curve.assign(arm=trained.arm, seed=trained.seed)
