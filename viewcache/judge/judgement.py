"""All that is judged of a run, by its answers alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from viewcache.arms.arm import Arm
from viewcache.judge.choosing import Choosing, accuracy_of_choosing
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.decisions import Comparison, hold
from viewcache.judge.length import Length
from viewcache.judge.sample import Sample
from viewcache.judge.verdict import Recommendation, recommend


@dataclass(frozen=True)
class Judgement:
    """What to do with these images, and what must be known of that.

    Attributes:
        choosing: None of a holdout.
        to_baseline: The recommended arm against the baseline, on the images as they are.
    """

    recommendation: Recommendation
    choosing: Choosing | None
    to_baseline: Comparison
    length: Length


@dataclass(frozen=True)
class Rule:
    """What decides: `evaluate.rule` and `evaluate.margin`."""

    on: Measured
    margin: float


def judge(
    arms: Sequence[Arm],
    baseline: Arm,
    tables: Mapping[Arm, Correct],
    sample: Sample,
    folds: np.ndarray,
    length: Length,
    rule: Rule,
) -> Judgement:
    """Judge the arms on cached views.

    Args:
        arms: To be recommended.
        tables: Of these and of the baseline.
        folds: As for `accuracy_of_choosing`.
    """
    own = {arm: tables[arm] for arm in arms}
    found = recommend(own, sample, rule.margin, rule.on)
    recommended, reference = ((arm, tables[arm]["clean"]) for arm in (found.arm, baseline))
    return Judgement(
        found,
        accuracy_of_choosing(own, sample, folds, rule.margin, rule.on),
        hold(recommended, reference, "clean", sample, rule.margin),
        length,
    )
