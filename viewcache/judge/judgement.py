"""All that is judged of a run, by its answers alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from viewcache.answers.head_answers import HeadAnswers, Part
from viewcache.arms.arm import Arm
from viewcache.judge.averaging import Averaging, judge_averaging
from viewcache.judge.choosing import Choosing, accuracy_of_choosing
from viewcache.judge.confusion import Confusion, confusion_of
from viewcache.judge.correctness import Correct, Measured, Named, correctness, named_by_arm
from viewcache.judge.decisions import Comparison, by_views, effects_by_fold, hold
from viewcache.judge.disagreement import Disagreement, find_disagreement
from viewcache.judge.length import Length, judge_length
from viewcache.judge.sample import Measure, Sample
from viewcache.judge.statistics import Interval, accuracy_interval
from viewcache.judge.verdict import Recommendation, recommend


class Accuracy(NamedTuple):
    """Over all test images and seeds; without an interval where there is one seed."""

    estimate: float
    interval: Interval | None


@dataclass(frozen=True)
class Judgement:
    """What to do with these images, and what must be known of that.

    Attributes:
        accuracies: Of every arm on cached views, the baseline among them.
        choosing: None of a holdout.
        to_baseline: The recommended arm against the baseline, on the images as they are.
        folds: What augmenting gains in each fold.
        confusion: Of the recommended arm.
        disagreement: Of the arms that may be recommended.
        averaging: Over views, by the recommended arm; None where logits were not kept.
    """

    accuracies: dict[Arm, dict[Measured, Accuracy]]
    recommendation: Recommendation
    choosing: Choosing | None
    to_baseline: Comparison
    length: Length
    folds: dict[Measured, dict[int, float]]
    confusion: Confusion
    disagreement: Disagreement
    averaging: Averaging | None
    measure: Measure = "accuracy"


@dataclass(frozen=True)
class Rule:
    """What decides: `evaluate.rule` and `evaluate.margin`."""

    on: Measured
    margin: float


def judge(
    answers: Sequence[HeadAnswers],
    longer: Mapping[Arm, Arm],
    images: Sample,
    folds: np.ndarray,
    rule: Rule,
    losses: np.ndarray | None = None,
) -> Judgement:
    """Judge the arms on cached views.

    Args:
        answers: Of all arms, on test images; of the arms in `longer`, on validation images too.
        longer: `cached_0` and the twin, of one seed, and beside them the same trained longer.
        images: All prepared ones.
        folds: int, shape (test images,): the rotation that tests each.
        losses: As for `judge_length`.
    """
    tested, validated = (_of_part(answers, part) for part in ("test", "validation"))
    named = named_by_arm(tested)
    tables = {arm: correctness(images.labels, named[arm]) for arm in by_views(named)}
    own = {arm: table for arm, table in tables.items() if arm.role == "cached"}
    [baseline] = (arm for arm in tables if arm.role == "baseline")
    sample = images.at(named[baseline].rows)
    found = recommend(own, sample, rule.margin, rule.on)
    return Judgement(
        {arm: _accuracies(table, sample) for arm, table in tables.items()},
        found,
        accuracy_of_choosing(own, sample, folds, rule.margin, rule.on),
        hold(tables, found.arm, baseline, "clean", sample, rule.margin),
        _length(named_by_arm(validated), longer, images, rule, losses),
        effects_by_fold(own, sample, folds),
        confusion_of(found.arm, named[found.arm], images.labels),
        find_disagreement({arm: named[arm] for arm in own}, images.labels),
        judge_averaging((head for head in tested if head.arm == found.arm), images, rule.margin),
        images.measure,
    )


def _of_part(answers: Sequence[HeadAnswers], part: Part) -> list[HeadAnswers]:
    return [head for head in answers if head.part == part]


def _accuracies(tables: Correct, sample: Sample) -> dict[Measured, Accuracy]:
    return {
        on: Accuracy(sample.estimate(table), accuracy_interval(table, sample))
        for on, table in tables.items()
    }


def _length(
    validated: Mapping[Arm, Named],
    longer: Mapping[Arm, Arm],
    images: Sample,
    rule: Rule,
    losses: np.ndarray | None,
) -> Length:
    named = {arm.name: of for arm, of in validated.items()}
    usual, twice = (
        {arm: correctness(images.labels, named[arm.name]) for arm in arms}
        for arms in (longer, longer.values())
    )
    [rows, *_] = (named[arm.name].rows for arm in longer)
    return judge_length(usual, twice, images.at(rows), rule.margin, rule.on, losses)
