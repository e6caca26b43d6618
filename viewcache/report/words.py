"""Figures in words, the same way wherever they stand; and the recommendation in a sentence."""

from viewcache.judge.correctness import Measured
from viewcache.judge.decisions import Comparison
from viewcache.judge.verdict import Recommendation

WHERE: dict[Measured, str] = {
    "clean": "on the images as they are",
    "robustness": "under random views",
}


def with_interval(estimate: float, low: float, high: float, form: str, unit: str = "") -> str:
    """An estimate with its interval, such as "0.852 (0.831 to 0.871)".

    Args:
        form: Of a number, as `format` takes it.
        unit: What follows the estimate.
    """
    return f"{estimate:{form}}{unit} ({low:{form}} to {high:{form}})"


def sentence(recommendation: Recommendation) -> str:
    """What to do with these images, and how sure that is. No times, so that it is reproducible."""
    return f"{_what_to_do(recommendation)} {_why(recommendation)}"


def points(comparison: Comparison) -> str:
    """A difference in points of percent with its interval, and where it was measured."""
    interval, difference = comparison.interval, 100 * comparison.difference
    if interval is None:
        return f"{difference:+.1f} points {WHERE[comparison.on]}"
    low, high = 100 * interval.low, 100 * interval.high
    return f"{with_interval(difference, low, high, '+.1f', ' points')} {WHERE[comparison.on]}"


def margin_in_words(margin: float) -> str:
    """A loss of accuracy in points of percent, such as "1 point"."""
    number = f"{100 * margin:g}"
    return f"{number} point" if number == "1" else f"{number} points"


def _what_to_do(recommendation: Recommendation) -> str:
    views = recommendation.arm.budget
    if not views:
        return "Cache the images as they are, and train the head on that: no augmentation."
    of_each = "one augmented view" if views == 1 else f"{views} augmented views"
    return f"Cache {of_each} of each image, and train the head on that.{_enough(recommendation)}"


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
        return " As many views as epochs: fewer are not known to be enough."
    margin = margin_in_words(recommendation.margin)
    return f" That is within {margin} of end-to-end training: {points(to_twin[0])}."


def _why(recommendation: Recommendation) -> str:
    effects = recommendation.effects
    both = " and ".join(points(effects[on]) for on in ("robustness", "clean"))
    if effects[recommendation.rule].interval is None:
        return f"No gain or loss of augmentation is known, for lack of intervals: {both}."
    openings = {
        "a trade": "Augmentation is a trade here",
        "better": "Augmentation is better here",
        "worse": "Augmentation is worse here",
        "no measurable difference": "Augmentation makes no measurable difference here",
    }
    return f"{openings[recommendation.word]}{_but(recommendation)}: {both} (95 % intervals)."


def _but(recommendation: Recommendation) -> str:
    """Why it is not recommended, though it is better."""
    if recommendation.augment or recommendation.word != "better":
        return ""
    return f", but not known to be harmless {WHERE[recommendation.rule]}"
