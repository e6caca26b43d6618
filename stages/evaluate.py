"""Test every arm, put together what it cost, compare, and log all of it to MLflow."""

import sys
from typing import Any

import numpy as np
import pandas as pd

from stages.costs import load_costs
from stages.errors import run
from stages.features.store import open_views
from stages.heads.head import build_head, load_head_weights
from stages.images.prepared import Prepared, open_prepared, read_classes
from stages.params import Train, load_params
from stages.paths import FEATURES, PREPARED, replay_file
from stages.report import results
from stages.report.arms import TrainedHead, cached_head, end_to_end_head, trained_heads
from stages.report.comparison import compare_heads, merge, same_heads, speedups, summarize
from stages.report.correctness import carry_over, correctness, intervals
from stages.report.costs import costs_of_arms
from stages.report.testing import learning_curve, predict, score
from stages.report.tracking import TRACKING_ERRORS, log_results
from stages.report.verdict import decide
from stages.views.plan import ids_of_test_views


def main() -> None:
    params = load_params()
    train, test = (open_prepared(PREPARED / split) for split in ("train", "test"))
    test_views = [0, *ids_of_test_views(params.evaluate.test_views)]
    views = open_views(FEATURES / "test", test_views, test.digests)
    head = build_head(
        views[0].shape[1],
        len(read_classes(PREPARED)),
        params.train.head,
        params.train.learning_rate,
        seed=0,
    )
    heads = trained_heads(params.train)
    logits = {trained: predict(head, trained, views) for trained in heads}
    runs = pd.DataFrame(score(trained, test.labels, logits[trained]) for trained in heads)
    equivalence = _equivalence(params.train, train, logits)
    stand_in, correct = same_heads(equivalence), correctness(test.labels, logits)
    costs = costs_of_arms(params.train, len(train.labels), load_costs)
    arms = merge(summarize(runs), costs, intervals(carry_over(correct, stand_in)))
    arms = merge(arms, speedups(arms))
    results.write(
        arms=arms,
        equivalence=equivalence,
        verdict=decide(
            correct,
            {name: arm["speedup"] for name, arm in arms.items()},
            stand_in,
            margin=params.evaluate.margin,
            rule=params.evaluate.rule,
        ),
        runs=runs,
        curves=pd.concat([learning_curve(trained) for trained in heads]),
    )
    try:
        log_results()
    except TRACKING_ERRORS as error:
        message = f"results are kept but not in MLflow; `make ui` logs them. Received: {error}"
        print(f"viewcache: {message}", file=sys.stderr)


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
            [cached] = open_views(FEATURES / "train", [int(replay["view"])], train.digests)
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
