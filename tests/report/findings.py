"""A run's findings, as tests of the report make them: of 40 images in four rotations, two seeds."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tests.arms.named import named
from viewcache.answers.equivalence import Equivalence
from viewcache.costs.faster import SPANS, Factors, Speed
from viewcache.costs.ledger import ArmCosts
from viewcache.costs.reckoning import Evidence, Reckoning
from viewcache.ground.params.loading import load_params
from viewcache.heads.course import course
from viewcache.judge.averaging import Averaging
from viewcache.judge.choosing import Choosing
from viewcache.judge.confusion import Confusion
from viewcache.judge.decisions import Comparison
from viewcache.judge.disagreement import Disagreement
from viewcache.judge.judgement import Accuracy, Judgement
from viewcache.judge.length import Gain, Length
from viewcache.judge.statistics import Interval, Needed
from viewcache.judge.verdict import OTHER, decide
from viewcache.report.findings import Findings

PARAMS = load_params()
WHOLE = course(8, "every_second")
"""With four random views."""
BASELINE = named("baseline", (0,), range(4), WHOLE)
NONE, ONE, TWIN, BOOK = (
    named(name, (0, 1), range(4), WHOLE)
    for name in ("cached_0", "cached_1", "cached_4", "views_only_4")
)
KERAS = named("end_to_end", (0,), (0,), WHOLE, epochs=2)
COMPILED = named("end_to_end_compiled", (0,), (0,), WHOLE)
ARMS = [BASELINE, NONE, ONE, TWIN, BOOK, KERAS, COMPILED]
ENDED = [arm for arm in ARMS if arm.is_whole]
HELP, HARMLESS, OPEN = (0.188, 0.15, 0.22), (0.002, -0.004, 0.008), (-0.01, -0.05, 0.03)
OPEN_LOSS, HARM = (-0.02, -0.03, -0.001), (-0.02, -0.03, -0.012)
ACCURACIES = {
    arm: {
        "clean": Accuracy(0.8, Interval(0.8, 0.75, 0.84) if arm.seeds[1:] else None),
        "robustness": Accuracy(0.6, Interval(0.6, 0.56, 0.64) if arm.seeds[1:] else None),
    }
    for arm in ENDED
    if not arm.fresh
}
CONFUSION = Confusion(ONE, np.array([[18.0, 2.0], [5.0, 15.0]]), np.array([[16.0, 4.0], [8.0, 12]]))
NONE_DIFFERS = Disagreement(600, 0.0, (NONE, TWIN), np.array([], int), {})
CHOOSING = Choosing({0: ONE, 1: TWIN}, {"clean": 0.793, "robustness": 0.6})


def length(clean=HARMLESS, robustness=HARMLESS, changes=False, loss_falls=False):
    """What twice as many epochs bring no augmentation, and the twin nothing.

    Args:
        clean, robustness: Difference, low and high.
    """
    found = {"clean": clean, "robustness": robustness}
    gains = [Gain(NONE, on, Interval(*figures)) for on, figures in found.items()]
    return Length(
        [*gains, *(Gain(TWIN, on, Interval(*HARMLESS)) for on in OTHER)], changes, loss_falls
    )


def judged(
    robustness=HELP,
    clean=HARMLESS,
    one=HARMLESS,
    rule="clean",
    interval=True,
    baseline=HARMLESS,
    choosing=CHOOSING,
    trained=None,
    disagreement=NONE_DIFFERS,
    averaging=HARMLESS,
):
    """What is judged.

    Args:
        robustness, clean: Of the twin against no augmentation: difference, low and high.
        one: The same, of one view against the twin.
        baseline: The same, of the recommended arm against the baseline.
        trained: What twice as many epochs bring; if left out, nothing.
        averaging: What the mean over three random views brings: difference, low and high.
    """
    effects = {"robustness": robustness, "clean": clean}
    losses = {on: (-found[0], -found[2], -found[1]) for on, found in effects.items()}

    def comparison(arm, reference, on, figures):
        found = Interval(*figures) if interval else None
        needed = Needed(100, None, 2)
        return Comparison(figures[0], found, 0.01, needed, arm=arm, reference=reference, on=on)

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
    recommendation = decide([NONE, ONE, TWIN], comparisons, 0.01, rule)
    to_baseline = comparison(recommendation.arm, BASELINE, "clean", baseline)
    return Judgement(
        ACCURACIES,
        recommendation,
        choosing,
        to_baseline,
        trained or length(),
        {on: {0: 0.01, 1: 0.02} for on in OTHER},
        CONFUSION,
        disagreement,
        Averaging(averaging[0], Interval(*averaging), 0.01, views=3, accuracy=0.8 + averaging[0]),
    )


SAME = Equivalence(TWIN, COMPILED, dict.fromkeys((1, 2, 3, 4, 8), 0.0), 0, 40, 0.0)
ON_KERAS = Equivalence(TWIN, KERAS, {1: 0.03, 2: 0.07}, 7, 40, 3e-5)
CACHED_COSTS = ArmCosts(
    *(10.0, 3.5, 4.0, "here"),
    base_passes=100,
    augment_seconds=1.0,
    base_seconds=2.0,
    head_seconds=3.0,
    study_seconds=30.0,
    originals_seconds=0.0,
    measured_epochs=8,
    feature_bytes=2_500_000,
    peak_rss_bytes=128,
)
SLOW = replace(
    CACHED_COSTS, seconds=40.0, further_seconds=35.0, study_seconds=300.0, feature_bytes=0
)
CUT_SHORT = replace(SLOW, measured_epochs=2)
SECONDS = 10.0, 6.0, 64.0, 3.5, 30.0
FACTORS = {
    span: Factors(times, times / 2, 1.5, 1.5 * times)
    for span, times in zip(SPANS, (2.0, 3.0, 2.8, 10.0, 12.5), strict=True)
}
EVIDENCE = Evidence(24, 50.0, 8, {"compiled": 300.0, "keras": 450.0})


def reckoned(predicted=(), seconds=SECONDS, **factors):
    """What all arms cost, and how fast they are.

    Args:
        factors: By their span, of every arm, where they are others than `FACTORS`.
    """
    own = {KERAS: CUT_SHORT, COMPILED: SLOW}
    costs = {arm: own.get(arm, CACHED_COSTS) for arm in ARMS}
    times = zip(SPANS, seconds, (FACTORS | factors).values(), strict=True)
    speed = {span: Speed(of, factor) for span, of, factor in times}
    return Reckoning(
        costs, {arm: speed for arm in ARMS if not arm.fresh}, EVIDENCE, list(predicted)
    )


def runs():
    return pd.DataFrame(
        {
            "arm": arm.name,
            "seed": seed,
            "rotation": rotation,
            "accuracy": 0.625,
            "accuracy_augmented": 0.5,
            "validation_loss": 0.25 + seed,
        }
        for arm in ENDED
        for seed, rotation in arm.trainings
    )


CURVES = pd.DataFrame(
    {
        "arm": ["cached_0"] * 2 + ["cached_1"] * 2 + ["cached_4"] * 4,
        "seed": [0] * 6 + [1] * 2,
        "rotation": 0,
        "epoch": [1, 2] * 4,
        "validation_loss": [0.6, 0.5, 0.7, 0.8, 0.7, 0.4, 0.9, 0.5],
    }
)
REPLAY = {"features": 96, "max_relative_difference": 6.7e-06, "tolerance": 1e-4}
NOT_CERTIFIED = "whether heads on it are as good as on float32 is not certified."
PREDICTED = {"seconds": 8.0, "feature_bytes": 2_500_000, "seconds_error": -0.2, "bytes_error": 0.0}


def found(
    judgement=None,
    equivalences=(ON_KERAS, SAME),
    reckoning=None,
    prediction=None,
    classes=("intact", "broken"),
    certificate=None,
    **sections,
):
    """Args: sections: Of parameters, with what differs from the default."""
    changed = {
        name: getattr(PARAMS, name).model_copy(update=values) for name, values in sections.items()
    }
    return Findings(
        PARAMS.model_copy(update=changed),
        classes,
        judgement or judged(),
        reckoning or reckoned(),
        equivalences,
        runs(),
        CURVES,
        REPLAY,
        prediction,
        certificate,
    )


def with_costs(**changes):
    """What all arms cost, with another figure throughout."""
    costs = {arm: replace(cost, **changes) for arm, cost in reckoned().costs.items()}
    return replace(reckoned(), costs=costs)
