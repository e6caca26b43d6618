"""The comparison in a few plain sentences, for who has two minutes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from viewcache.costs.break_even import pays_from
from viewcache.report.figures import Arms, cached_arms, end_to_end_arms


class KeyFigure(NamedTuple):
    """A question, its answer in a word or a figure, and the sentence behind it."""

    question: str
    answer: str
    sentence: str


def headline(verdict: Mapping[str, Any]) -> str:
    """What to do, by the verdict."""
    choice, budget = verdict["choice"], verdict["budget"]
    if choice is None:
        return "Not decided: too few test images or seeds to name the fewest views that are enough."
    if budget is None:
        return "Train end to end."
    if budget == 0:
        return "Cache the images as they are, and train the head on that: no augmentation."
    views = "one augmented view" if budget == 1 else f"{budget} augmented views"
    return f"Cache {views} of each image, and train the head on that."


def key_figures(metrics: Mapping[str, Any]) -> list[KeyFigure]:
    arms = metrics["arms"]
    figures = [
        _as_accurate(metrics["equivalence"]),
        _first_training(arms),
        _further_trainings(arms),
        _augmentation(metrics["verdict"]["decisions"]),
        _disk(arms),
    ]
    return [figure for figure in figures if figure is not None]


def break_even_sentences(arms: Arms) -> list[str]:
    """For each way to train end to end, from which training on cached arms cost less."""
    return [_break_even(arms, reference) for reference in end_to_end_arms(arms)]


def _as_accurate(equivalence: Mapping[str, Any] | None) -> KeyFigure | None:
    if equivalence is None:
        return None
    changed = equivalence["changed_test_predictions"]
    same = "the same head" if equivalence["is_exact"] else "the same answers"
    return KeyFigure(
        "Is it as accurate?",
        f"{changed:,} test answers differ" if changed else same,
        f"cached_{equivalence['budget']} has a view for every epoch and so sees what end-to-end "
        f"sees. Largest difference of weights: {equivalence['max_abs_weight_difference']:.2g}; "
        f"test answers that differ: {changed:,}.{_across_runtimes(equivalence)}",
    )


def _across_runtimes(equivalence: Mapping[str, Any]) -> str:
    """What Keras' own base changes, where the comparison is not on that already."""
    if equivalence["base"] == "keras":
        return ""
    changed = equivalence["on_keras"]["changed_test_predictions"]
    return f" Against Keras' own base, whose features differ in the last digits: {changed:,}."


def _first_training(arms: Arms) -> KeyFigure:
    cached, others = cached_arms(arms), end_to_end_arms(arms)
    seconds = [
        f"{name} {_seconds(arms[name]['total_seconds'])}"
        for name in dict.fromkeys([cached[0], cached[-1], *others])
    ]
    return KeyFigure(
        "Is a first training faster?",
        _factors([arms[name]["speedup"] for name in cached]),
        f"From images to a trained head: {', '.join(seconds)}.",
    )


def _further_trainings(arms: Arms) -> KeyFigure:
    reference = arms[end_to_end_arms(arms)[0]]
    cached = [arms[name] for name in cached_arms(arms)]
    return KeyFigure(
        "And every further one?",
        _factors([_ratio(reference, arm) for arm in cached]),
        "Another learning rate or seed needs no base pass: "
        f"{_seconds(cached[0]['further_seconds'])} on cached features, "
        f"{_seconds(reference['further_seconds'])} end to end.",
    )


def _augmentation(decisions: Sequence[Mapping[str, Any]]) -> KeyFigure | None:
    points = {
        one["on"]: f"{100 * one['difference']:+.1f}"
        for one in decisions
        if (one["arm"], one["reference"]) == ("end_to_end", "cached_0")
    }
    if not points:
        return None
    return KeyFigure(
        "What does augmentation bring?",
        f"{points['robustness']} points",
        "of accuracy under random views of the test images, and "
        f"{points['clean']} points on the images as they are: end_to_end against cached_0.",
    )


def _disk(arms: Arms) -> KeyFigure:
    cached = cached_arms(arms)
    sizes = [f"{arms[name]['feature_bytes'] / 1e6:,.0f}" for name in (cached[0], cached[-1])]
    view = arms[cached[0]]["feature_bytes"] / max(arms[cached[0]]["budget"], 1) / 1e6
    return KeyFigure(
        "What does it take on disk?",
        f"{_range(sizes)} MB",
        f"Features of the training images, {view:.1f} MB a view. End-to-end keeps none.",
    )


def _break_even(arms: Arms, reference: str) -> str:
    starts = {name: pays_from(arms[name], arms[reference]) for name in cached_arms(arms)}
    if len(set(starts.values())) == 1:
        start = _from(next(iter(starts.values())))
        return f"Against {reference}, every cached arm costs less {start}."
    each = ", ".join(f"{name} {_from(start)}" for name, start in starts.items())
    return f"Against {reference}, cached arms cost less: {each}."


def _from(training: int | None) -> str:
    if training is None:
        return "at no number of trainings that was measured"
    return "from the first training on" if training == 1 else f"from training {training:,} on"


def _ratio(reference: Mapping[str, Any], arm: Mapping[str, Any]) -> float | None:
    if arm["speedup"] is None:
        return None
    return reference["further_seconds"] / arm["further_seconds"]


def _factors(factors: Iterable[float | None]) -> str:
    known = sorted(factor for factor in factors if factor is not None)
    if not known:
        return "not measured on one machine"
    return f"{_range([_two_digits(factor) for factor in known])} times as fast"


def _range(sorted_figures: Sequence[str]) -> str:
    """The first to the last, or the one figure that all of them are."""
    first, last = sorted_figures[0], sorted_figures[-1]
    return first if first == last else f"{first} to {last}"


def _two_digits(number: float) -> str:
    return f"{number:.1f}" if number < 10 else f"{number:,.0f}"


def _seconds(seconds: float | None) -> str:
    return "two machines" if seconds is None else f"{_two_digits(seconds)} s"
