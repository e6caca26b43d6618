"""Test every arm, put together what it cost, compare, and log all of it to MLflow."""

import sys
from typing import Any

import numpy as np
import pandas as pd

from stages import train_end_to_end, train_head
from stages.costs import load_costs
from stages.errors import run
from stages.extract import feature_path
from stages.heads.head import build_head, load_head_weights
from stages.images.prepared import Prepared, open_prepared
from stages.params import Params, load_params
from stages.prepare import PREPARED
from stages.report import results
from stages.report.comparison import compare_heads, decide, summarize
from stages.report.costs import cached_costs, end_to_end_costs
from stages.report.testing import TrainedHead, learning_curve, predict, score
from stages.report.tracking import TRACKING_ERRORS, log_results
from stages.train_head import open_views
from stages.views.plan import ids_of_test_views


def main() -> None:
    params = load_params()
    prepared = open_prepared(PREPARED)
    views = open_views(prepared, "test", [0, *ids_of_test_views(params.evaluate.test_views)])
    head = build_head(
        views[0].shape[1], params.train.learning_rate, seed=0, **params.train.head.model_dump()
    )
    heads = _trained_heads(params)
    logits = {trained: predict(head, trained, views) for trained in heads}
    labels = prepared.labels("test")
    runs = pd.DataFrame(score(trained, labels, logits[trained]) for trained in heads)
    arms = summarize(runs)
    for name, costs in _costs(params, len(prepared.rows("train"))).items():
        arms[name].update(costs)
    equivalence = _equivalence(params, prepared, logits)
    results.write(
        arms=arms,
        equivalence=equivalence,
        verdict=decide(arms, params.train.budgets, equivalence),
        runs=runs,
        curves=pd.concat([learning_curve(trained) for trained in heads]),
    )
    try:
        log_results()
    except TRACKING_ERRORS as error:
        message = f"results are kept but not in MLflow; `make ui` logs them. Received: {error}"
        print(f"viewcache: {message}", file=sys.stderr)


def _trained_heads(params: Params) -> list[TrainedHead]:
    settings = params.train
    cached = [_cached(budget, seed) for budget in settings.budgets for seed in settings.seeds]
    return cached + [_end_to_end(seed) for seed in settings.end_to_end_seeds]


def _cached(budget: int, seed: int) -> TrainedHead:
    return TrainedHead(f"cached_{budget}", seed, train_head.head_path(budget, seed))


def _end_to_end(seed: int) -> TrainedHead:
    return TrainedHead("end_to_end", seed, train_end_to_end.head_path(seed))


def _costs(params: Params, images: int) -> dict[str, dict[str, Any]]:
    settings = params.train
    costs = {
        f"cached_{budget}": cached_costs(
            budget, settings.seeds, images, load_costs, lambda view: feature_path(view, "train")
        )
        for budget in settings.budgets
    }
    head_seconds = costs[f"cached_{max(settings.budgets)}"]["head_seconds"]
    costs["end_to_end"] = end_to_end_costs(
        settings.epochs, settings.end_to_end_seeds, images, head_seconds, load_costs
    )
    return costs


def _equivalence(
    params: Params, prepared: Prepared, logits: dict[TrainedHead, np.ndarray]
) -> dict[str, Any] | None:
    """Hold cached_E to end-to-end, where cached_E was trained."""
    epochs, seeds = params.train.epochs, params.train.end_to_end_seeds
    if epochs not in params.train.budgets:
        return None
    with np.load(train_end_to_end.REPLAY, allow_pickle=False) as replay:
        [cached] = open_views(prepared, "train", [int(replay["view"])])
        difference = np.abs(cached[replay["rows"]] - replay["features"]).max()
    pairs = [(_cached(epochs, seed), _end_to_end(seed)) for seed in seeds]
    cached_heads, end_to_end_heads = (
        [(load_head_weights(trained.path), logits[trained]) for trained in way]
        for way in zip(*pairs, strict=True)
    )
    return compare_heads(epochs, cached_heads, end_to_end_heads, float(difference))


if __name__ == "__main__":
    run(main)
