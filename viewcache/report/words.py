"""Figures in words, the same way wherever they stand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viewcache.arms.arm import Arm, Kind
from viewcache.costs.faster import Way
from viewcache.ground.params.base_settings import BaseSettings
from viewcache.judge.correctness import Measured
from viewcache.judge.decisions import Comparison
from viewcache.judge.sample import Measure
from viewcache.judge.statistics import Interval

WHERE: dict[Measured, str] = {
    "clean": "on the images as they are",
    "robustness": "under random views",
}
SHORT: dict[Measured, str] = {"clean": "as they are", "robustness": "random views"}
"""The test images, in a column of a table."""
MEASURES: dict[Measure, str] = {
    "accuracy": "an accuracy",
    "balanced_accuracy": "a balanced accuracy",
}
TESTED_ON: dict[Measured, str] = {
    "clean": "test images as they are",
    "robustness": "random views of the test images",
}
WAYS: dict[Way, str] = {
    "keras": "end to end, Keras",
    "compiled": "end to end, compiled",
    "originals_kept": "end to end, compiled, with the images' own features kept",
}
"""Ways to train end to end, in few words."""
BASES: dict[Kind, str] = {"keras": "Keras' own base", "compiled": "the same compiled base"}
"""That end to end and cached views are held to each other on."""
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


def points(comparison: Comparison) -> str:
    """A difference in points of percent with its interval, and where it was measured."""
    told = TOO_FEW
    if tells(comparison):
        told = difference(comparison.difference, comparison.interval, " points")
    return f"{told} {WHERE[comparison.on]}"


def difference(estimate: float, interval: Interval | None, unit: str = "") -> str:
    """A difference of accuracies in points, with its interval where there is one.

    Args:
        unit: What follows the difference.
    """
    if interval is None:
        return f"{_in_points(estimate):+.1f}{unit}"
    low, high = _in_points(interval.low), _in_points(interval.high)
    return with_interval(_in_points(estimate), low, high, "+.1f", unit)


def difference_in(record: Mapping[str, Any], unit: str = "") -> str:
    """The same of a record of a difference, as `viewcache compare --json` has it."""
    ends = record["low"], record["high"]
    interval = None if None in ends else Interval(record["difference"], *ends)
    return difference(record["difference"], interval, unit)


def tells(comparison: Comparison) -> bool:
    """Whether a difference is worth a figure: it is known to be one, or to be none that matters."""
    interval = comparison.interval
    return interval is None or not interval.holds(0) or interval.high - interval.low < TOO_WIDE


def plain_name(arm: Arm) -> str:
    """What an arm does, in few words."""
    if arm.role == "baseline":
        return "logistic regression"
    if arm.fresh:
        return WAYS[arm.kind]
    image = "image and " if arm.random_views and arm.course.originals == "every_second" else ""
    only = " only" if arm.role == "views_only" else ""
    return f"{image}{views_of(arm)}{only}"


def views_of(arm: Arm) -> str:
    """How many views an arm on cached views has."""
    return views(arm.random_views) if arm.random_views else "no augmentation"


def views(number: int) -> str:
    return "1 view" if number == 1 else f"{number:,} views"


def left_out(base: BaseSettings) -> str:
    """That there is no training by hand, of a base that Keras does not have; else nothing."""
    if base.in_keras:
        return ""
    name = Path(base.name).name
    return f"End to end by hand in Keras is left out: Keras does not have {name}."


def percent(share: float) -> str:
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, to two or three digits."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def megabytes(number: float) -> str:
    return f"{number / 1e6:.1f}"


def times_as_fast(factor: float | None) -> str:
    """How many times as fast; or as long, where it takes longer."""
    if factor is None:
        return "not measured"
    if 0.95 < factor < 1.05:
        return "as fast"
    if factor < 1:
        return f"{1 / factor:.1f} times as long"
    return f"{factor:.1f} times as fast" if factor < 10 else f"{factor:,.0f} times as fast"


def margin_in_words(margin: float) -> str:
    """A loss of accuracy in points of percent, such as "1 point"."""
    number = f"{100 * margin:g}"
    return f"{number} point" if number == "1" else f"{number} points"


def or_dash(number: float | None, form: str) -> str:
    """A number as `format` writes it, or a dash where there is none."""
    return "-" if number is None else f"{number:{form}}"


def _in_points(share: float) -> float:
    """To the first decimal, and never a negative zero."""
    return round(100 * share, 1) + 0.0
