"""Whether as many cached views as epochs train the heads of end-to-end."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from viewcache.arms.arm import TrainedHead, cached_head, end_to_end_head
from viewcache.features.store import open_views
from viewcache.ground.manifests import verify
from viewcache.ground.params.schema import Train
from viewcache.ground.paths import FEATURES, seen_file
from viewcache.heads.metrics import predicted_classes
from viewcache.heads.saved import load_weights
from viewcache.images.prepared import Prepared


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
        view = verify(seen_file(kind))["view"]
        [cached] = open_views(FEATURES / "train", [view], train.digests)
        with np.load(seen_file(kind), allow_pickle=False) as replay:
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


def same_heads(equivalence: Mapping[str, Any] | None) -> str | None:
    """The cached arm that was found to train end-to-end's very heads, if one was.

    Args:
        equivalence: What `compare_heads` found and the `budget` it was found at, if it was.
    """
    if equivalence is None or not equivalence["identical_test_predictions"]:
        return None
    same = equivalence["max_abs_weight_difference"] <= 1e-4
    return f"cached_{equivalence['budget']}" if same else None


def compare_heads(
    cached: Sequence[tuple[list[np.ndarray], np.ndarray]],
    end_to_end: Sequence[tuple[list[np.ndarray], np.ndarray]],
) -> dict[str, Any]:
    """Hold heads of both ways to each other, seed by seed.

    Args:
        cached: For each seed: the weights of the head trained on as many cached views as epochs,
            and its logits of the test images.
        end_to_end: The same, trained end to end.
    """
    pairs = list(zip(cached, end_to_end, strict=True))
    changed = max(
        int((_predictions(logits) != _predictions(reference)).sum())
        for (_, logits), (_, reference) in pairs
    )
    return {
        "max_abs_weight_difference": max(
            float(np.abs(ours - theirs).max())
            for (weights, _), (reference, _) in pairs
            for ours, theirs in zip(weights, reference, strict=True)
        ),
        "identical_test_predictions": changed == 0,
        "changed_test_predictions": changed,
    }


def _predictions(logits: np.ndarray) -> np.ndarray:
    """Classes by logits of several views: shape (views * images,)."""
    return predicted_classes(logits.reshape(-1, logits.shape[-1]))
