"""The three questions, answered in a few plain sentences, for who has two minutes."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from viewcache.costs.break_even import pays_from
from viewcache.judge.verdict import Recommendation
from viewcache.report.figures import Arms, cached_arms, end_to_end_arms
from viewcache.report.words import points


class KeyFigure(NamedTuple):
    """A question, its answer in a word or a figure, and the sentence behind it."""

    question: str
    answer: str
    sentence: str


def key_figures(figures: Mapping[str, Any], recommendation: Recommendation) -> list[KeyFigure]:
    found = [
        _same(figures["equivalence"]),
        _faster(figures["answers"]["faster"], recommendation),
        _augmentation(recommendation),
    ]
    return [figure for figure in found if figure is not None]


def break_even_sentences(arms: Arms) -> list[str]:
    """For each way to train end to end, from which training on cached arms cost less."""
    return [_break_even(arms, reference) for reference in end_to_end_arms(arms)]


def _same(same: Mapping[str, Any]) -> KeyFigure | None:
    shared = same["same_runtime"] or same["keras"]
    if shared is None:
        return None
    changed = shared["changed_test_predictions"]
    return KeyFigure(
        "Is it the same?",
        "the same head" if shared["is_exact"] else f"{changed:,} answers differ",
        f"{shared['twin']} has a view for every epoch, and so sees what {shared['end_to_end']} "
        f"sees. On matched trainings: largest difference of weights "
        f"{shared['max_abs_weight_difference']:.2g}; answers that differ: {changed:,} of "
        f"{shared['test_predictions']:,}.{_across_runtimes(same)}",
    )


def _across_runtimes(same: Mapping[str, Any]) -> str:
    """What Keras' own base changes, where there is a comparison without it."""
    keras = same["keras"]
    if keras is None or same["same_runtime"] is None:
        return ""
    changed = keras["changed_test_predictions"]
    most = keras["max_abs_feature_difference"]
    return f" Against Keras' own base, whose features differ by up to {most:.1g}: {changed:,}."


def _faster(faster: Mapping[str, Any], recommendation: Recommendation) -> KeyFigure:
    arm = recommendation.arm.name
    factors = faster["arms"][arm]
    first, study = factors["first"], factors["study"]
    marked = f" ({', '.join(faster['predicted'])}: predicted)" if faster["predicted"] else ""
    return KeyFigure(
        "Is it faster?",
        _times([first["on_the_same_runtime"]]),
        f"A first training of {arm} on the same runtime, which is what caching brings; "
        f"{_times([first['against_keras']])} against Keras by hand. Every further training: "
        f"{_times([factors['further']['on_the_same_runtime']])}; the study of all seeds and "
        f"rotations, against as many trainings as one took: "
        f"{_times([study['on_the_same_runtime']])}, on the same runtime.{marked}",
    )


def _augmentation(recommendation: Recommendation) -> KeyFigure:
    effects = recommendation.effects
    return KeyFigure(
        "Is augmentation worth it here?",
        recommendation.word,
        f"{points(effects['robustness'])}, and {points(effects['clean'])}: as many views as "
        "epochs, against none.",
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


def _times(factors: Iterable[float | None]) -> str:
    known = [factor for factor in factors if factor is not None]
    if not known:
        return "not measured"
    return f"{known[0]:.1f} times as fast" if known[0] < 10 else f"{known[0]:,.0f} times as fast"
