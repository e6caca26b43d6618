"""Judge the arms by their answers, put together what they cost, and log all of it to MLflow.

What is slow to import, and not needed to judge, is imported after it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd

from viewcache.answers.head_answers import HeadAnswers
from viewcache.answers.table import read_answers
from viewcache.arms.arm import BASELINE, Arm, compared_on_cache, end_to_end_arms, longer_arms
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import ANSWERS, EPOCHS, EQUIVALENCE, PARTS, PREPARED, REPLAY
from viewcache.ground.stopwatch import Stopwatch, load_record
from viewcache.images.folds import Rotation, open_rotations, open_units, rotation_that_tests
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.judge.judgement import Judgement, Rule, judge
from viewcache.judge.sample import Sample


def main() -> None:
    watch, params = Stopwatch(), load_params()
    with watch.phase("open"):
        images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
        arms = [*compared_on_cache(params, rotations), *end_to_end_arms(params, rotations)]
        longer = longer_arms(params, rotations)
        answers = read_answers(ANSWERS, [*arms, *longer.values()], images, read_classes(PREPARED))
    with watch.phase("judge"):
        rule = Rule(params.evaluate.rule, params.evaluate.margin)
        sample = Sample(images.labels, open_units(PARTS), params.evaluate.measure)
        losses = _losses(longer) if params.train.schedule == "constant" else None
        judged = judge(answers, longer, sample, rotation_that_tests(rotations), rule, losses)
    with watch.phase("report"):
        _report(params, arms, rotations, images, answers, judged)
    with watch.phase("log"):
        from viewcache.report import results
        from viewcache.tracking.runs import try_to_log

        try_to_log(results.read())
    watch.save("evaluate")


def _losses(longer: Mapping[Arm, Arm]) -> np.ndarray:
    """Validation losses of the twin: float, shape (heads, epochs)."""
    *_, twin = longer
    epochs = pd.read_csv(EPOCHS)
    of_twin = epochs[epochs["arm"] == twin.name]
    return of_twin.pivot_table("validation_loss", ["seed", "rotation"], "epoch").to_numpy()


def _report(
    params: Params,
    arms: Sequence[Arm],
    rotations: Sequence[Rotation],
    images: Prepared,
    answers: Sequence[HeadAnswers],
    judged: Judgement,
) -> None:
    """Put together what was found, and write it for people and for machines."""
    from viewcache.answers.equivalence import load_equivalences
    from viewcache.answers.metrics import measures_of
    from viewcache.costs.ledger import Training
    from viewcache.costs.prediction import compare_with_plan
    from viewcache.costs.reckoning import reckon
    from viewcache.report import results
    from viewcache.report.findings import Findings
    from viewcache.report.page import write_page
    from viewcache.report.provenance import trace
    from viewcache.report.terminal import tell

    epochs = pd.read_csv(EPOCHS)
    heads = sum(len(arm.trainings) for arm in arms if arm.trains_on_cache)
    training = Training({rotation.number: len(rotation.train) for rotation in rotations}, heads)
    reckoned = reckon(params, arms, training, load_record)
    found = Findings(
        params,
        read_classes(PREPARED),
        judged,
        reckoned,
        load_equivalences(EQUIVALENCE, arms),
        measures_of(answers, images.labels, epochs),
        epochs[epochs["arm"] != BASELINE],
        json.loads(REPLAY.read_bytes()),
        compare_with_plan({arm.name: asdict(cost) for arm, cost in reckoned.costs.items()}, params),
    )
    results.write(found)
    write_page(found, images, trace(arms))
    tell(found)


if __name__ == "__main__":
    run(main)
