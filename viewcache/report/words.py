"""Figures in words, the same way wherever they stand; and the recommendation in a sentence."""

from collections.abc import Mapping
from typing import Any

from viewcache.ground.params.base_settings import Precision
from viewcache.judge.correctness import Measured
from viewcache.judge.decisions import Comparison
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


def sentence(recommendation: Recommendation, precision: Precision) -> str:
    """What to do with these images, and how sure that is. No times, so that it is reproducible.

    Args:
        precision: Of the base.
    """
    return f"{what_to_do(recommendation)} {reasons(recommendation, precision)}"


def what_to_do(recommendation: Recommendation) -> str:
    budget = recommendation.arm.budget
    if not budget:
        return "Cache the images as they are, and train the head on that: no augmentation."
    of_each = "one augmented view" if budget == 1 else f"{budget} augmented views"
    return f"Cache {of_each} of each image, and train the head on that."


def reasons(recommendation: Recommendation, precision: Precision) -> str:
    """How near so few views come to end-to-end, what augmentation brings, what is not certified."""
    near = [_enough(recommendation)] if recommendation.arm.budget else []
    return " ".join([*near, _why(recommendation), *_not_certified(precision)])


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
        arm: Its figures, of which `budget` and `kind` are read.
    """
    budget = arm["budget"]
    if budget is None:
        return "end to end, " + ("Keras" if arm["kind"] == "keras" else "compiled")
    return "no augmentation" if budget == 0 else views(budget)


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
    """How near so few views come to as many as epochs."""
    to_twin = [
        comparison
        for comparison in recommendation.comparisons
        if comparison.arm == recommendation.arm
        and comparison.on == recommendation.rule
        and comparison.reference.budget
    ]
    if not to_twin:
        return "As many views as epochs: fewer are not known to be enough."
    within = margin_in_words(recommendation.margin)
    return f"That is within {within} of end-to-end training: {points(to_twin[0])}."


def _why(recommendation: Recommendation) -> str:
    effects = recommendation.effects
    both = " and ".join(points(effects[on]) for on in ("robustness", "clean"))
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


def _not_certified(precision: Precision) -> list[str]:
    """That a base in another precision than float32 was not held to it."""
    if precision == "float32":
        return []
    base = f"The base runs in {precision}"
    return [f"{base}: whether heads on it are as good as on float32 is not certified."]


def _but(recommendation: Recommendation) -> str:
    """Why it is not recommended, though it is better."""
    if recommendation.augment or recommendation.word != "better":
        return ""
    return f", but not known to be harmless {WHERE[recommendation.rule]}"
