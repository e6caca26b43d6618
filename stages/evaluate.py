"""Test every arm, put together what it cost, compare, and log all of it to MLflow."""

import json
import sys

import pandas as pd

from viewcache.arms.arm import END_TO_END, trained_heads
from viewcache.arms.equivalence import find_equivalence, same_heads
from viewcache.arms.guards import refuse_unfair_comparison
from viewcache.arms.testing import learning_curve, predict, score
from viewcache.costs.ledger import costs_of_arms
from viewcache.costs.prediction import compare_with_plan
from viewcache.costs.unused import unused_of_arms
from viewcache.features.store import open_views
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import FEATURES, PREPARED, REPLAY
from viewcache.ground.stopwatch import load_record
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.head import build_head
from viewcache.images.prepared import SPLITS, open_prepared, read_classes
from viewcache.judge.comparison import merge, speedups, summarize
from viewcache.judge.correctness import carry_over, correctness, intervals
from viewcache.judge.decisions import compare_arms
from viewcache.judge.disagreement import find_disagreement
from viewcache.judge.verdict import decide
from viewcache.report import results
from viewcache.report.page import write_page
from viewcache.report.provenance import trace
from viewcache.report.wording import reason
from viewcache.tracking.runs import TRACKING_ERRORS, log_results


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
    costs = costs_of_arms(params.train, len(train.labels), epochs, load_record)
    unused = unused_of_arms(runs, load_record)
    # On the base that both share; on Keras' own, heads differ a little.
    sharing = END_TO_END[params.train.end_to_end_bases[-1]]
    arms = merge(summary, costs, unused, intervals(carry_over(correct, stand_in, sharing)))
    arms = merge(arms, speedups(arms))
    findings = compare_arms(correct, stand_in, params.evaluate.margin, params.evaluate.rule)
    speedup = {name: arm["speedup"] for name, arm in arms.items()}
    verdict = decide(findings, speedup)
    results.write(
        params=params.model_dump(),
        arms=arms,
        equivalence=equivalence,
        verdict=verdict | {"reason": reason(verdict["choice"], findings, speedup)},
        replay=json.loads(REPLAY.read_text()),
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
