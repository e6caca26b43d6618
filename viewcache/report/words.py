"""Figures in words, the same way wherever they stand; and the recommendation in a sentence."""

from collections.abc import Mapping
from typing import Any

from viewcache.arms.arm import Arm
from viewcache.costs.faster import Way
from viewcache.ground.params.base_settings import Precision
from viewcache.judge.certificate import read_certificate
from viewcache.judge.correctness import Measured
from viewcache.judge.decisions import Comparison
from viewcache.judge.judgement import Judgement
from viewcache.judge.verdict import Recommendation

WHERE: dict[Measured, str] = {
    "clean": "on the images as they are",
    "robustness": "under random views",
}
TOO_WIDE = 0.2
"""An interval of this width that holds no difference at all tells nothing that is of use."""
TOO_FEW = "too few images to tell"


def with_interval(estimate: float, low: float, high: float, form: str, unit: str = "") -> str:
    """An estimate with its interval, such as "0.852 (0.831 to 0.871)".

    Args:
        form: Of a number, as `format` takes it.
        unit: What follows the estimate.
    """
    return f"{estimate:{form}}{unit} ({low:{form}} to {high:{form}})"


def sentence(judged: Judgement, precision: Precision) -> str:
    """What to do with these images, and how sure that is. No times, so that it is reproducible.

    Args:
        precision: Of the base.
    """
    parts = [*alarms(judged), what_to_do(judged.recommendation), reasons(judged, precision)]
    return " ".join([*parts, *warnings(judged)])


def what_to_do(recommendation: Recommendation) -> str:
    budget = recommendation.arm.random_views
    if not budget:
        return "Cache the images as they are, and train the head on that: no augmentation."
    of_each = "one augmented view" if budget == 1 else f"{budget} augmented views"
    beside = recommendation.arm.course.originals == "every_second"
    image = "the image itself and " if beside else ""
    return f"Cache {image}{of_each} of each image, and train the head on that."


def reasons(judged: Judgement, precision: Precision) -> str:
    """How near so few views come to end to end, what augmentation brings, what to expect, and what
    is not certified."""
    recommendation = judged.recommendation
    near = [_enough(recommendation)] if recommendation.arm.random_views else []
    return " ".join([*near, _why(recommendation), *_to_expect(judged), *certified(precision)])


def alarms(judged: Judgement) -> list[str]:
    """That the recommended way is worse than the baseline, where that is known."""
    if not judged.to_baseline.is_loss:
        return []
    worse = difference(judged.to_baseline.as_record(), " points")
    return [
        "ALARM: plain logistic regression on the features of the images as they are does better: "
        f"the recommended way is at {worse} of it. Look at the head's settings before you go on."
    ]


def warnings(judged: Judgement) -> list[str]:
    """That heads are not trained to the end, where twice as many epochs show it."""
    length, epochs = judged.length, judged.recommendation.arm.epochs
    if length.is_enough:
        return []
    found = [
        f"{difference(gain.as_record(), ' points')} {WHERE[gain.on]} ({views_of(gain.arm)})"
        for gain in length.gains
        if gain.is_known
    ]
    told = [f"twice as many gain {' and '.join(found)}"] if found else []
    told += ["the validation loss still falls"] if length.loss_falls else []
    told += ["twice as many would change the recommendation"] * length.changes_recommendation
    return [
        f"WARNING: {epochs} epochs are too few: {'; '.join(told)}. Set train.epochs to "
        f"{2 * epochs}, or to auto with train.schedule cosine."
    ]


def points(comparison: Comparison) -> str:
    """A difference in points of percent with its interval, and where it was measured."""
    where = WHERE[comparison.on]
    return (
        f"{difference(comparison.as_record(), ' points') if tells(comparison) else TOO_FEW} {where}"
    )


def difference(record: Mapping[str, Any], unit: str = "") -> str:
    """The difference of a comparison in points, with its interval where there is one.

    Args:
        record: Of the comparison.
        unit: What follows the difference.
    """
    if record["low"] is None:
        return f"{_in_points(record['difference']):+.1f}{unit}"
    estimate, low, high = (_in_points(record[name]) for name in ("difference", "low", "high"))
    return with_interval(estimate, low, high, "+.1f", unit)


def tells(comparison: Comparison) -> bool:
    """Whether a difference is worth a figure: it is known to be one, or to be none that matters."""
    interval = comparison.interval
    return interval is None or not interval.holds(0) or interval.high - interval.low < TOO_WIDE


def plain_name(arm: Mapping[str, Any]) -> str:
    """What an arm does, in few words.

    Args:
        arm: Its figures, of which `role`, `budget`, `kind` and `originals` are read.
    """
    if arm["role"] == "baseline":
        return "logistic regression"
    if arm["role"] == "end_to_end":
        return f"end to end, {'Keras' if arm['kind'] == 'keras' else 'compiled'}"
    if not arm["budget"]:
        return "no augmentation"
    image = "image and " if arm["originals"] == "every_second" else ""
    only = " only" if arm["role"] == "views_only" else ""
    return f"{image}{views(arm['budget'])}{only}"


WAYS: dict[Way, str] = {
    "keras": "end to end, Keras",
    "compiled": "end to end, compiled",
    "originals_kept": "end to end, compiled, with the images' own features kept",
}
"""Ways to train end to end, in few words."""


def views_of(arm: Arm) -> str:
    """How many views an arm on cached views has."""
    return views(arm.random_views) if arm.random_views else "no augmentation"


def views(number: int) -> str:
    return "1 view" if number == 1 else f"{number:,} views"


def percent(share: float) -> str:
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, to two or three digits."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _in_points(difference: float) -> float:
    """To the first decimal, and never a negative zero."""
    return round(100 * difference, 1) + 0.0


def margin_in_words(margin: float) -> str:
    """A loss of accuracy in points of percent, such as "1 point"."""
    number = f"{100 * margin:g}"
    return f"{number} point" if number == "1" else f"{number} points"


def _enough(recommendation: Recommendation) -> str:
    """How near so few views come to end to end, and how few would probably do."""
    to_twin = [
        comparison
        for comparison in recommendation.comparisons
        if comparison.arm == recommendation.arm
        and comparison.on == recommendation.rule
        and comparison.reference.random_views
    ]
    if not to_twin:
        as_many = "As many as end to end renders: fewer are not known to be enough."
        return f"{as_many}{_probably(recommendation)}"
    within = margin_in_words(recommendation.margin)
    near = f"That is within {within} of end-to-end training: {points(to_twin[0])}."
    return f"{near}{_probably(recommendation)}"


def _probably(recommendation: Recommendation) -> str:
    enough = recommendation.probably_enough
    if enough is None or enough == recommendation.arm:
        return ""
    return f" Probably enough, by the estimate: {views_of(enough)}."


def _to_expect(judged: Judgement) -> list[str]:
    """The accuracy of choosing: on images that had no say in the choice."""
    if judged.choosing is None:
        return []
    clean, robust = (judged.choosing.accuracy[on] for on in ("clean", "robustness"))
    return [
        f"To expect on new images: an accuracy of {clean:.3f} as they are, {robust:.3f} under "
        "random views."
    ]


def _why(recommendation: Recommendation) -> str:
    effects = recommendation.effects
    both = " and ".join(points(effects[on]) for on in ("clean", "robustness"))
    if effects[recommendation.rule].interval is None:
        return f"No gain or loss of augmentation is known, for lack of intervals: {both}."
    if not any(map(tells, effects.values())):
        return "Whether augmentation helps cannot be told from so few images."
    openings = {
        "a trade": "Augmentation is a trade here",
        "better": "Augmentation is better here",
        "worse": "Augmentation is worse here",
        "no measurable difference": "Augmentation makes no measurable difference here",
    }
    return f"{openings[recommendation.word]}{_but(recommendation)}: {both} (95 % intervals)."


def certified(precision: Precision) -> list[str]:
    """Whether a base in another precision than float32 is known to be as good."""
    if precision == "float32":
        return []
    base, certificate = f"The base runs in {precision}", read_certificate()
    found = certificate["on"] if certificate else {}
    worse = [on for on in found if found[on]["verdict"] == "worse"]
    if worse:
        lost = " and ".join(f"{difference(found[on], ' points')} {WHERE[on]}" for on in worse)
        return [f"{base}: heads on it are worse than on float32, {lost}."]
    if certificate and all(one["verdict"] != "not known" for one in found.values()):
        within = margin_in_words(certificate["margin"])
        return [f"{base}: heads on it are as good as on float32, within {within} (certified)."]
    return [f"{base}: whether heads on it are as good as on float32 is not certified."]


def _but(recommendation: Recommendation) -> str:
    """Why it is not recommended, though it is better."""
    if recommendation.augment or recommendation.word != "better":
        return ""
    return f", but probably at a loss {WHERE[recommendation.rule]}"
