"""Whether as many cached views as epochs train the heads of end-to-end."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from stages.features.store import open_views
from stages.heads.saved import load_weights
from stages.images.prepared import Prepared
from stages.manifests import verify
from stages.params import Train
from stages.paths import FEATURES, replay_file
from stages.report.arms import TrainedHead, cached_head, end_to_end_head
from stages.report.comparison import compare_heads


def find_equivalence(
    settings: Train, train: Prepared, logits: Mapping[TrainedHead, np.ndarray]
) -> dict[str, Any] | None:
    """Hold cached_E to end-to-end on each base, where cached_E was trained.

    On the compiled base, which both then use, heads must be the same. On Keras' own, features
    differ in the last digits, Adam magnifies that, and outputs are what can be compared.
    """
    if settings.epochs not in settings.budgets:
        return None
    found = {}
    for kind in settings.end_to_end_bases:
        view = verify(replay_file(kind))["view"]
        [cached] = open_views(FEATURES / "train", [view], train.digests)
        with np.load(replay_file(kind), allow_pickle=False) as replay:
            difference = np.abs(cached[replay["rows"]] - replay["features"]).max()
        ways = [
            [(load_weights(trained.path), logits[trained]) for trained in way]
            for way in (
                [cached_head(settings.epochs, seed) for seed in settings.end_to_end_seeds],
                [end_to_end_head(kind, seed) for seed in settings.end_to_end_seeds],
            )
        ]
        found[kind] = compare_heads(*ways) | {"max_abs_feature_difference": float(difference)}
    same = settings.end_to_end_bases[-1]
    return {"budget": settings.epochs, "base": same, **found[same], "on_keras": found["keras"]}
