"""The three questions, answered in a few plain sentences, for who has two minutes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from viewcache.costs.faster import Way
from viewcache.judge.verdict import Recommendation
from viewcache.report.words import TOO_FEW, WAYS, plain_name, points, tells, views


class KeyFigure(NamedTuple):
    """A question, its answer in a word or a figure, and the sentence behind it."""

    question: str
    answer: str
    sentence: str


def key_figures(figures: Mapping[str, Any], recommendation: Recommendation) -> list[KeyFigure]:
    found = [_same(figures), _faster(figures, recommendation), _augmentation(recommendation)]
    return [figure for figure in found if figure is not None]


def times_as_fast(factor: float | None) -> str:
    """How many times as fast; or as long, where it takes longer."""
    if factor is None:
        return "not measured"
    if 0.95 < factor < 1.05:
        return "as fast"
    if factor < 1:
        return f"{1 / factor:.1f} times as long"
    return f"{factor:.1f} times as fast" if factor < 10 else f"{factor:,.0f} times as fast"


def _same(figures: Mapping[str, Any]) -> KeyFigure | None:
    same = figures["equivalence"]
    shared = same["same_runtime"] or same["keras"]
    if shared is None:
        return None
    changed = shared["changed_test_predictions"]
    return KeyFigure(
        "Is it the same?",
        "yes, the same head" if shared["is_exact"] else f"nearly: {changed:,} answers differ",
        f"With {views(figures['arms'][shared['twin']]['budget'])}, as many as end to end renders, "
        "caching shows the head the very images that end-to-end training does. Held to "
        f"{_base_of(shared)}, in {_trainings(shared)}, after {_epochs(shared)} epochs: largest "
        f"difference of weights {shared['max_abs_weight_difference']:.2g}; answers that differ: "
        f"{changed:,} of {shared['test_predictions']:,}.{_across_runtimes(same)}",
    )


def _base_of(shared: Mapping[str, Any]) -> str:
    on_keras = shared["end_to_end"] == "end_to_end"
    return "end to end on Keras' own base" if on_keras else "end to end on the same compiled base"


def _epochs(shared: Mapping[str, Any]) -> str:
    """After which epochs weights were compared."""
    *before, last = shared["weight_differences"]
    return f"{', '.join(before)} and {last}" if before else last


def _trainings(shared: Mapping[str, Any]) -> str:
    number = len(shared["trainings"])
    return "one training" if number == 1 else f"the most of {number} trainings"


def _across_runtimes(same: Mapping[str, Any]) -> str:
    """What Keras' own base changes, where there is a comparison without it."""
    keras = same["keras"]
    if keras is None or same["same_runtime"] is None:
        return ""
    changed = keras["changed_test_predictions"]
    most = keras["max_abs_feature_difference"]
    return (
        f" On Keras' own base, whose features differ by up to {most:.1g}, after "
        f"{keras['epochs']} epochs: {changed:,}."
    )


def _faster(figures: Mapping[str, Any], recommendation: Recommendation) -> KeyFigure:
    faster, name = figures["answers"]["faster"], recommendation.arm.name
    own, trainings = faster["arms"][name], figures["costs"]["trainings"]
    first = own["first"]["on_the_same_runtime"]
    without, further, study = (
        times_as_fast(own[of]["on_the_same_runtime"])
        for of in ("first_without_setup", "further", "study")
    )
    return KeyFigure(
        "Is it faster?",
        times_as_fast(first) if first is None or first > 0.95 else f"no, {times_as_fast(first)}",
        f"A first training ({plain_name(figures['arms'][name])}) against end to end on the same "
        f"runtime. Held to one that keeps the images' own features, as caching does: "
        f"{times_as_fast(own['first']['originals_kept'])}. Without set-up: {without}; each further "
        f"one: {further}; {trainings:,} trainings together: {study} (extrapolated from one). A "
        "first training against end to end by hand in Keras: "
        f"{times_as_fast(own['first']['against_keras'])}.{_predicted(faster['predicted'])}",
    )


def _predicted(kinds: list[Way]) -> str:
    """Which times are the plan's."""
    names = [WAYS[way] for way in kinds]
    return f" Not measured but predicted: {'; '.join(names)}." if kinds else ""


def _augmentation(recommendation: Recommendation) -> KeyFigure:
    effects = recommendation.effects
    question = "Is augmentation worth it here?"
    against_none = f"{views(effects['clean'].arm.random_views)} against none."
    if not any(map(tells, effects.values())):
        return KeyFigure(question, TOO_FEW, f"No difference of use can be seen: {against_none}")
    both = f"{points(effects['clean'])}, and {points(effects['robustness'])}"
    return KeyFigure(question, recommendation.word, f"{both}: {against_none}".capitalize())
