"""Judge the arms by their answers, put together what they cost, and log all of it to MLflow.

What is slow to import, and not needed to judge, is imported after it.
"""

import json
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from viewcache.answers.table import read_answers
from viewcache.arms.arm import BASELINE, compared_on_cache, end_to_end_arms, longer_arms
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import ANSWERS, BASE, EPOCHS, EQUIVALENCE, PARTS, PREPARED, REPLAY
from viewcache.ground.stopwatch import Stopwatch, load_record
from viewcache.images.folds import open_rotations, open_units, rotation_that_tests
from viewcache.images.prepared import open_prepared, read_classes
from viewcache.judge.judgement import Judgement, Rule, judge
from viewcache.judge.sample import Sample

if TYPE_CHECKING:
    import pandas as pd


class Opened:
    """What the stages before have left, each file read once."""

    def __init__(self) -> None:
        self.params, self.classes = load_params(), read_classes(PREPARED)
        self.images, self.rotations = open_prepared(PREPARED), open_rotations(PARTS)
        of = self.params, self.rotations
        self.arms = [*compared_on_cache(*of), *end_to_end_arms(*of)]
        self.longer = longer_arms(*of)
        arms = [*self.arms, *self.longer.values()]
        self.answers = read_answers(ANSWERS, arms, self.images, self.classes)

    @cached_property
    def epochs(self) -> "pd.DataFrame":
        """One row a head and epoch."""
        import pandas as pd

        return pd.read_csv(EPOCHS)

    @property
    def losses(self) -> np.ndarray | None:
        """As for `judge_length`."""
        if self.params.train.schedule == "cosine":
            return None
        *_, twin = self.longer
        of_twin = self.epochs[self.epochs["arm"] == twin.name]
        return of_twin.pivot_table("validation_loss", ["seed", "rotation"], "epoch").to_numpy()


def main() -> None:
    watch = Stopwatch()
    with watch.phase("open"):
        opened = Opened()
    with watch.phase("judge"):
        judged = judge_all(opened)
    with watch.phase("report"):
        _report(opened, judged)
    with watch.phase("log"):
        from viewcache.report import results
        from viewcache.tracking.runs import try_to_log

        try_to_log(results.read())
    watch.save("evaluate")


def judge_all(opened: Opened) -> Judgement:
    """All that is judged, by the answers alone."""
    asked, folds = opened.params.evaluate, rotation_that_tests(opened.rotations)
    sample = Sample(opened.images.labels, open_units(PARTS), asked.measure)
    rule = Rule(asked.rule, asked.margin)
    return judge(opened.answers, opened.longer, sample, folds, rule, opened.losses)


def _report(opened: Opened, judged: Judgement) -> None:
    """Put together what was found, and write it for people and for machines."""
    from viewcache.answers.equivalence import load_equivalences
    from viewcache.answers.metrics import measures_of
    from viewcache.bases.artifact import find_base
    from viewcache.costs.ledger import Training
    from viewcache.costs.prediction import compare_with_plan
    from viewcache.costs.reckoning import reckon
    from viewcache.report import results
    from viewcache.report.certificate import read_certificate
    from viewcache.report.findings import Findings
    from viewcache.report.page import write_page
    from viewcache.report.provenance import trace
    from viewcache.report.terminal import tell

    params, arms, images, epochs = opened.params, opened.arms, opened.images, opened.epochs
    reckoned = reckon(params, arms, Training.of(arms, opened.rotations), load_record)
    costs = {arm.name: asdict(cost) for arm, cost in reckoned.costs.items()}
    base = find_base(BASE).identity
    found = Findings(
        params,
        opened.classes,
        judged,
        reckoned,
        load_equivalences(EQUIVALENCE, arms),
        measures_of(opened.answers, images.labels, epochs),
        epochs[epochs["arm"] != BASELINE],
        json.loads(REPLAY.read_bytes()),
        compare_with_plan(costs, params),
        read_certificate(base),
    )
    results.write(found)
    write_page(found, images, trace(arms, images, opened.rotations, base))
    tell(found)


if __name__ == "__main__":
    run(main)
