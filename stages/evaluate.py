"""Test every arm, put together what it cost, compare, and log all of it to MLflow."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import pandas as pd

from viewcache.arms.arm import Arm, arms_of
from viewcache.arms.equivalence import find_equivalences, twin_of
from viewcache.arms.guards import refuse_unfair_comparison
from viewcache.arms.trained import TestedHead, epochs_of, open_heads, put_to_the_test, score
from viewcache.costs.ledger import costs_of_arms
from viewcache.costs.prediction import compare_with_plan
from viewcache.costs.speedup import speedups
from viewcache.costs.unused import unused_of_arms
from viewcache.features.store import open_views
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import FEATURES, PREPARED, REPLAY
from viewcache.ground.stopwatch import load_record
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.head import build_head
from viewcache.images.prepared import SPLITS, Prepared, open_prepared, read_classes
from viewcache.judge.correctness import Correct, carry_over, correctness, intervals
from viewcache.judge.decisions import compare_arms
from viewcache.judge.disagreement import find_disagreement
from viewcache.judge.verdict import decide
from viewcache.report import results
from viewcache.report.figures import figures_of_arms
from viewcache.report.page import write_page
from viewcache.report.provenance import trace
from viewcache.report.results import Results, record_of_equivalences, record_of_verdict
from viewcache.report.wording import reason
from viewcache.tracking.runs import TRACKING_ERRORS, log_results


def main() -> None:
    params, classes = load_params(), read_classes(PREPARED)
    images = {split: open_prepared(PREPARED / split) for split in SPLITS}
    tested = _test(params, images, len(classes))
    arms = list(dict.fromkeys(head.arm for head in tested))
    equivalences = find_equivalences(tested, params.train.epochs, images["train"])
    twin, correct = twin_of(equivalences), correctness(images["test"].labels, tested)
    runs = pd.DataFrame(score(head, images["test"].labels) for head in tested)
    figures, verdict = _judge(params, arms, runs, correct, twin, len(images["train"].labels))
    metrics = {
        "arms": figures,
        "equivalence": record_of_equivalences(equivalences),
        "verdict": verdict,
        "replay": json.loads(REPLAY.read_text()),
    }
    prediction = compare_with_plan(figures, params)
    curves = epochs_of([head.trained for head in tested])
    found = Results(
        metrics | ({"prediction": prediction} if prediction else {}),
        params.model_dump(),
        runs,
        curves,
    )
    results.write(found)
    disagreement = find_disagreement(images["test"], classes, tested, twin)
    write_page(found, disagreement, trace(params, arms))
    _log(found)


def _test(params: Params, images: Mapping[str, Prepared], classes: int) -> list[TestedHead]:
    test_views = [0, *ids_of_test_views(params.evaluate.test_views)]
    views = open_views(FEATURES / "test", test_views, images["test"].digests)
    settings = params.train
    model = build_head(views[0].shape[1], classes, settings.head, settings.learning_rate, seed=0)
    heads = open_heads(arms_of(settings))
    refuse_unfair_comparison(heads, images)
    return put_to_the_test(heads, model, views)


def _judge(
    params: Params,
    arms: list[Arm],
    runs: pd.DataFrame,
    correct: dict[Arm, Correct],
    twin: Arm | None,
    images: int,
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """The figures of every arm, and the verdict."""
    epochs = {str(arm): mean for arm, mean in runs.groupby("arm")["epochs"].mean().items()}
    costs = costs_of_arms(arms, images, epochs, load_record)
    faster = speedups(costs)
    # The twin speaks for end-to-end on the base that both share.
    limits = intervals(carry_over(correct, twin, arms[-1]))
    figures = figures_of_arms(runs, costs, unused_of_arms(arms, runs, load_record), limits, faster)
    factors = {arm: faster[arm].speedup for arm in arms}
    findings = compare_arms(correct, twin, params.evaluate.margin, params.evaluate.rule)
    verdict = decide(findings, factors)
    return figures, record_of_verdict(verdict, reason(verdict, factors))


def _log(found: Results) -> None:
    try:
        log_results(found)
    except TRACKING_ERRORS as error:
        message = f"results are kept but not in MLflow; `make ui` logs them. Received: {error}"
        print(f"viewcache: {message}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
