"""Test every arm, put together what it cost, compare, and log all of it to MLflow."""

import sys
from typing import Any

import numpy as np
import pandas as pd

from stages.costs import load_costs
from stages.errors import run
from stages.extract import open_features_of
from stages.heads.head import build_head, load_head_weights
from stages.images.prepared import Prepared, open_prepared, read_classes
from stages.params import Train, load_params
from stages.paths import PREPARED, feature_file, replay_file
from stages.report import results
from stages.report.arms import (
    END_TO_END,
    TrainedHead,
    cached_head,
    end_to_end_head,
    trained_heads,
)
from stages.report.comparison import compare_heads, decide, speedups, summarize
from stages.report.costs import cached_costs, end_to_end_costs
from stages.report.prediction import compare_with_plan
from stages.report.testing import learning_curve, predict, score
from stages.report.tracking import TRACKING_ERRORS, log_results
from stages.views.plan import ids_of_test_views


def main() -> None:
    params = load_params()
    train, test = (open_prepared(PREPARED / split) for split in ("train", "test"))
    test_views = [0, *ids_of_test_views(params.evaluate.test_views)]
    views = open_features_of("test", test, test_views)
    head = build_head(
        views[0].shape[1],
        len(read_classes(PREPARED)),
        params.train.learning_rate,
        seed=0,
        **params.train.head.model_dump(),
    )
    heads = trained_heads(params.train)
    logits = {trained: predict(head, trained, views) for trained in heads}
    runs = pd.DataFrame(score(trained, test.labels, logits[trained]) for trained in heads)
    arms = summarize(runs)
    for name, costs in _costs(params.train, len(train.labels)).items():
        arms[name].update(costs)
    for name, factors in speedups(arms).items():
        arms[name].update(factors)
    equivalence = _equivalence(params.train, train, logits)
    results.write(
        arms=arms,
        equivalence=equivalence,
        verdict=decide(arms, params.train.budgets, equivalence),
        prediction=compare_with_plan(arms, params),
        runs=runs,
        curves=pd.concat([learning_curve(trained) for trained in heads]),
    )
    try:
        log_results()
    except TRACKING_ERRORS as error:
        message = f"results are kept but not in MLflow; `make ui` logs them. Received: {error}"
        print(f"viewcache: {message}", file=sys.stderr)


def _costs(settings: Train, images: int) -> dict[str, dict[str, Any]]:
    heads = len(settings.budgets) * len(settings.seeds)
    costs = {
        f"cached_{budget}": cached_costs(
            budget, heads, images, load_costs, lambda view: feature_file("train", view)
        )
        for budget in settings.budgets
    }
    for kind in settings.end_to_end_bases:
        costs[END_TO_END[kind]] = end_to_end_costs(
            kind, settings.epochs, settings.end_to_end_seeds, heads, images, load_costs
        )
    return costs


def _equivalence(
    settings: Train, train: Prepared, logits: dict[TrainedHead, np.ndarray]
) -> dict[str, Any] | None:
    """Hold cached_E to end-to-end on each base, where cached_E was trained.

    On the compiled base, which both then use, heads must be the same. On Keras' own, features
    differ in the last digits, Adam magnifies that, and outputs are what can be compared.
    """
    if settings.epochs not in settings.budgets:
        return None
    found = {}
    for kind in settings.end_to_end_bases:
        with np.load(replay_file(kind), allow_pickle=False) as replay:
            [cached] = open_features_of("train", train, [int(replay["view"])])
            difference = np.abs(cached[replay["rows"]] - replay["features"]).max()
        ways = [
            [(load_head_weights(trained.path), logits[trained]) for trained in way]
            for way in (
                [cached_head(settings.epochs, seed) for seed in settings.end_to_end_seeds],
                [end_to_end_head(kind, seed) for seed in settings.end_to_end_seeds],
            )
        ]
        found[kind] = compare_heads(*ways) | {"max_abs_feature_difference": float(difference)}
    same = settings.end_to_end_bases[-1]
    return {"budget": settings.epochs, "base": same, **found[same], "on_keras": found["keras"]}


if __name__ == "__main__":
    run(main)
