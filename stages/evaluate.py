"""Test every arm, put together what it cost, compare, and log all of it to MLflow."""

import sys

import pandas as pd

from stages.costs import load_costs
from stages.errors import run
from stages.features.store import open_views
from stages.heads.head import build_head
from stages.images.prepared import SPLITS, open_prepared, read_classes
from stages.params import load_params
from stages.paths import FEATURES, PREPARED
from stages.report import results
from stages.report.arms import END_TO_END, trained_heads
from stages.report.comparison import merge, same_heads, speedups, summarize
from stages.report.correctness import carry_over, correctness, intervals
from stages.report.costs import costs_of_arms
from stages.report.disagreement import find_disagreement
from stages.report.equivalence import find_equivalence
from stages.report.guards import refuse_unfair_comparison
from stages.report.page import write_page
from stages.report.prediction import compare_with_plan
from stages.report.provenance import trace
from stages.report.replay import replay
from stages.report.testing import learning_curve, predict, score
from stages.report.tracking import TRACKING_ERRORS, log_results
from stages.report.unused import unused_of_arms
from stages.report.verdict import decide
from stages.views.plan import ids_of_test_views

REPLAYED = 32
"""Stored features that are computed again; `make verify` takes as many as wanted."""


def main() -> None:
    params = load_params()
    images = {split: open_prepared(PREPARED / split) for split in SPLITS}
    train, test = images["train"], images["test"]
    test_views = [0, *ids_of_test_views(params.evaluate.test_views)]
    views = open_views(FEATURES / "test", test_views, test.digests)
    classes = read_classes(PREPARED)
    head = build_head(
        views[0].shape[1],
        len(classes),
        params.train.head,
        params.train.learning_rate,
        seed=0,
    )
    heads = trained_heads(params.train)
    refuse_unfair_comparison(heads, images)
    logits = {trained: predict(head, trained, views) for trained in heads}
    runs = pd.DataFrame(score(trained, test.labels, logits[trained]) for trained in heads)
    equivalence = find_equivalence(params.train, train, logits)
    stand_in, correct = same_heads(equivalence), correctness(test.labels, logits)
    summary = summarize(runs)
    epochs = {name: arm["epochs"] for name, arm in summary.items()}
    costs = costs_of_arms(params.train, len(train.labels), epochs, load_costs)
    unused = unused_of_arms(runs, load_costs)
    # On the base that both share; on Keras' own, heads differ a little.
    sharing = END_TO_END[params.train.end_to_end_bases[-1]]
    arms = merge(summary, costs, unused, intervals(carry_over(correct, stand_in, sharing)))
    arms = merge(arms, speedups(arms))
    replayed = replay(params, REPLAYED)
    results.write(
        params=params.model_dump(),
        arms=arms,
        equivalence=equivalence,
        verdict=decide(
            correct,
            {name: arm["speedup"] for name, arm in arms.items()},
            stand_in,
            margin=params.evaluate.margin,
            rule=params.evaluate.rule,
        ),
        replay=replayed,
        prediction=compare_with_plan(arms, params),
        runs=runs,
        curves=pd.concat([learning_curve(trained) for trained in heads]),
    )
    write_page(find_disagreement(test, classes, logits, stand_in), trace(params, arms))
    try:
        log_results()
    except TRACKING_ERRORS as error:
        message = f"results are kept but not in MLflow; `make ui` logs them. Received: {error}"
        print(f"viewcache: {message}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
