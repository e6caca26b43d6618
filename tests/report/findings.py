"""A run's findings, as tests of the report make them: of 40 images in four rotations, two seeds."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from viewcache.arms.arm import cached, end_to_end
from viewcache.arms.equivalence import Equivalence
from viewcache.costs.evidence import Evidence
from viewcache.costs.faster import Factors, Faster
from viewcache.costs.ledger import ArmCosts
from viewcache.costs.reckoning import Reckoning
from viewcache.costs.unused import Unused
from viewcache.judge.confusion import Confusion
from viewcache.judge.decisions import Comparison
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import Interval, Needed
from viewcache.judge.verdict import OTHER, decide
from viewcache.report import results
from viewcache.report.figures import figures_of_arms

NONE, ONE, TWIN = (cached(budget, (0, 1), range(4)) for budget in (0, 1, 4))
KERAS, COMPILED = (end_to_end(kind, (0,), (0,)) for kind in ("keras", "compiled"))
ARMS = [NONE, ONE, TWIN, KERAS, COMPILED]
HELP, HARMLESS, OPEN = (0.188, 0.15, 0.22), (0.002, -0.004, 0.008), (-0.01, -0.05, 0.03)
OPEN_LOSS, HARM = (-0.02, -0.03, -0.001), (-0.02, -0.03, -0.012)
SAMPLE = Sample(np.tile([0, 1], 20))


def judged(robustness=HELP, clean=HARMLESS, one=HARMLESS, rule="robustness", interval=True):
    """What is recommended.

    Args:
        robustness, clean: Of the twin against no augmentation: difference, low and high.
        one: The same, of one view against the twin.
    """
    effects = {"robustness": robustness, "clean": clean}
    losses = {on: (-found[0], -found[2], -found[1]) for on, found in effects.items()}

    def comparison(arm, reference, on, figures):
        found = Interval(*figures) if interval else None
        return Comparison(arm, reference, on, figures[0], found, 0.01, Needed(100, None, 2))

    comparisons = {
        key: comparison(*key, figures)
        for on in OTHER
        for key, figures in (
            ((NONE, TWIN, on), losses[on]),
            ((ONE, TWIN, on), one),
            ((ONE, NONE, on), effects[on]),
            ((TWIN, NONE, on), effects[on]),
        )
    }
    return decide([NONE, ONE, TWIN], comparisons, 0.01, rule)


SAME = Equivalence(TWIN, COMPILED, 0.75, 0.5, 0.75, 0.5, 0.0, 0, 40, 0.0)
ON_KERAS = replace(
    SAME, end_to_end=KERAS, accuracy=0.625, max_abs_weight_difference=0.07,
    changed_test_predictions=7, max_abs_feature_difference=3e-5,
)  # fmt: skip
CACHED_COSTS = ArmCosts(100, 1.0, 2.0, 3.0, 4.0, 10.0, 3.5, 30.0, 2_500_000, 128, "here")
SLOW = replace(
    CACHED_COSTS, seconds=40.0, further_seconds=35.0, study_seconds=300.0, feature_bytes=0
)
FACTORS = Faster(*(Factors(times, 1.5, 1.5 * times) for times in (2.0, 3.0, 2.8, 10.0, 12.5)))


EVIDENCE = Evidence(24, 50.0, 8, {"compiled": 300.0, "keras": 450.0})


def reckoned(predicted=()):
    costs = {arm: CACHED_COSTS if arm.budget is not None else SLOW for arm in ARMS}
    unused = dict.fromkeys(ARMS, Unused(0, 0.0))
    speeds = dict.fromkeys([NONE, ONE, TWIN], FACTORS)
    return Reckoning(costs, unused, speeds, EVIDENCE, list(predicted))


def runs():
    return pd.DataFrame(
        {
            "arm": arm.name,
            "seed": seed,
            "rotation": rotation,
            "accuracy": 0.625,
            "accuracy_augmented": 0.5,
            "epochs": 4,
            "kept_epoch": 3 + seed,
        }
        for arm in ARMS
        for seed, rotation in arm.trainings
    )


def tables():
    """How right every arm is: on cached views more with every view, and on fewer random views."""
    right = np.random.default_rng(0).random((2, 40))
    return {
        arm: {"clean": 1.0 * (right < 0.8), "robustness": 1.0 * (right < 0.6)}
        if arm.budget is not None
        else {"clean": np.ones((1, 10)), "robustness": np.ones((1, 10))}
        for arm in ARMS
    }


CURVES = pd.DataFrame(
    {
        "arm": ["cached_0"] * 2 + ["cached_1"] * 2 + ["cached_4"] * 4,
        "seed": [0] * 6 + [1] * 2,
        "rotation": 0,
        "epoch": [1, 2] * 4,
        "validation_loss": [0.6, 0.5, 0.7, 0.8, 0.7, 0.4, 0.9, 0.5],
    }
)
CONFUSION = Confusion(ONE, np.array([[18.0, 2.0], [5.0, 15.0]]), np.array([[16.0, 4.0], [8.0, 12]]))
REPLAY = {"features": 96, "max_relative_difference": 6.7e-06, "tolerance": 1e-4}
NOT_CERTIFIED = "whether heads on it are as good as on float32 is not certified."
PREDICTED = {"seconds": 8.0, "feature_bytes": 2_500_000, "seconds_error": -0.2, "bytes_error": 0.0}


def found(
    judgement=None,
    equivalences=(ON_KERAS, SAME),
    reckoning=None,
    prediction=None,
    precision="float32",
):
    judgement, reckoning = judgement or judged(), reckoning or reckoned()
    figures = {
        "recommendation": results.record_of_recommendation(judgement, runs(), precision),
        "answers": results.record_of_answers(judgement, equivalences, reckoning),
        "equivalence": results.record_of_equivalences(equivalences),
        "arms": figures_of_arms(runs(), tables(), SAMPLE, reckoning, equivalences),
        "decisions": results.record_of_decisions(judgement),
        "confusion": results.record_of_confusion(CONFUSION, ["intact", "broken"]),
        "costs": asdict(reckoning.evidence),
        "replay": REPLAY,
        "prediction": prediction,
    }
    return results.Results(figures, {"train": {"epochs": 4}}, runs(), CURVES)
