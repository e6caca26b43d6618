"""The three questions, answered in a few plain sentences, for who has two minutes."""

from typing import NamedTuple

from viewcache.answers.equivalence import Equivalence
from viewcache.arms.arm import Arm
from viewcache.costs.break_even import pays_from
from viewcache.costs.faster import TIMES_THE_IMAGES, Span
from viewcache.judge.verdict import Recommendation
from viewcache.report.findings import Findings
from viewcache.report.words import (
    BASES,
    MEASURES,
    TOO_FEW,
    WAYS,
    difference,
    duration,
    left_out,
    or_dash,
    plain_name,
    points,
    tells,
    times_as_fast,
    views,
    views_of,
)


class KeyFigure(NamedTuple):
    """A question, its answer in a word or a figure, and the sentence behind it."""

    question: str
    answer: str
    sentence: str


def key_figures(found: Findings) -> list[KeyFigure]:
    same = [_same(found.same, found)] if found.same else []
    return [*same, _faster(found), _augmentation(found.judged.recommendation)]


def speeds(found: Findings) -> list[list[str]]:
    """How fast the recommended arm is: for each span what takes so long, its seconds, and how many
    times as fast that is as end to end on the same runtime, as that with kept images' features, and
    as end to end by hand in Keras."""
    trainings = f"{found.reckoned.evidence.trainings:,} trainings, all seeds and rotations"
    what: dict[Span, str] = {
        "first": "a first training, from images to head",
        "first_without_setup": "the same without set-up",
        "first_on_more_images": f"a first training on {TIMES_THE_IMAGES} times the images "
        "(extrapolated)",
        "further": "each further training",
        "study": f"{trainings} (end to end: extrapolated)",
    }
    return [
        [
            what[span],
            or_dash(seconds, ",.1f"),
            times_as_fast(times.on_the_same_runtime),
            times_as_fast(times.originals_kept),
            times_as_fast(times.against_keras),
        ]
        for span, (seconds, times) in found.speed.items()
    ]


def evidence(found: Findings) -> str:
    """What all trainings cost, and what end-to-end would have paid; empty where not known."""
    cost, predicted = found.reckoned.evidence, found.reckoned.predicted
    if cost.seconds is None:
        return ""
    cached = (
        f"All {cost.heads:,} trainings on cached features together took "
        f"{duration(cost.seconds)}, from images to heads."
    )
    each = [
        f"{duration(seconds)} ({WAYS[way]}; "
        f"{'predicted' if way in predicted else 'extrapolated from what ran'})"
        for way, seconds in cost.end_to_end_seconds.items()
    ]
    if not each:
        return cached
    return (
        f"{cached} End to end, the {cost.trainings:,} of them that are augmented afresh alone "
        f"would have taken {' or '.join(each)}."
    )


def averaged_views(found: Findings) -> str:
    """What the mean over views gains at prediction; empty where it is not known to gain."""
    averaging = found.judged.averaging
    if averaging is None or not averaging.is_gain:
        return ""
    views = averaging.views
    accuracy = f"{MEASURES[found.judged.measure]} of {averaging.accuracy:.3f}"
    gain = difference(averaging.difference, averaging.interval, " points")
    return (
        f"Averaged views: the mean of the probabilities over the image and {views} random views of "
        f"it has {accuracy}, {gain} of the image alone, at {views + 1} base "
        f"passes an image: viewcache predict --views {views}. Judged on these test images, with "
        "no choice made but whether."
    )


def break_even(found: Findings) -> list[str]:
    """For each way to train end to end, from which training on cached views cost less."""
    return [_break_even(found, reference) for reference in found.end_to_end]


def _same(same: Equivalence, found: Findings) -> KeyFigure:
    changed, trainings = same.changed_test_predictions, len(same.end_to_end.trainings)
    most = same.max_abs_weight_difference
    held = "one training" if trainings == 1 else f"the most of {trainings} trainings"
    epochs = " and ".join(", ".join(map(str, same.weight_differences)).rsplit(", ", 1))
    return KeyFigure(
        "Is it the same?",
        "yes, the same head" if same.is_exact else f"nearly: weights differ by up to {most:.1g}",
        f"With {views_of(same.twin)}, as many as end to end renders, "
        "caching shows the head the very images that end-to-end training does. Held to "
        f"end to end on {BASES[same.end_to_end.kind]}, in {held}, after {epochs} epochs: largest "
        f"difference of weights {most:.2g}; answers that differ: "
        f"{changed:,} of {same.test_predictions:,}.{_across_runtimes(same, found)}",
    )


def _across_runtimes(same: Equivalence, found: Findings) -> str:
    """What Keras' own base changes, where there is a comparison without it."""
    keras = found.held_to("keras")
    if keras is None or keras is same:
        return ""
    most = f"{keras.max_abs_feature_difference:.1g}"
    return (
        f" On Keras' own base, whose features differ by up to {most}, after {keras.epochs} epochs: "
        f"{keras.changed_test_predictions:,}."
    )


def _faster(found: Findings) -> KeyFigure:
    first, study = found.speed["first"].times, found.reckoned.evidence.trainings
    factor = first.on_the_same_runtime
    without, further, together = (
        times_as_fast(found.speed[span].times.on_the_same_runtime)
        for span in ("first_without_setup", "further", "study")
    )
    return KeyFigure(
        "Is it faster?",
        times_as_fast(factor)
        if factor is None or factor > 0.95
        else f"no, {times_as_fast(factor)}",
        f"A first training ({plain_name(found.recommended)}) against end to end on the same "
        f"runtime. Held to one that keeps the images' own features, as caching does: "
        f"{times_as_fast(first.originals_kept)}. Without set-up: {without}; each further "
        f"one: {further}; {study:,} trainings together: {together} (extrapolated from one). A "
        "first training against end to end by hand in Keras: "
        f"{times_as_fast(first.against_keras)}.{_predicted(found)} "
        f"{left_out(found.params.base)}".rstrip(),
    )


def _predicted(found: Findings) -> str:
    """Which times are the plan's."""
    names = [WAYS[way] for way in found.reckoned.predicted]
    return f" Not measured but predicted: {'; '.join(names)}." if names else ""


def _augmentation(recommendation: Recommendation) -> KeyFigure:
    effects = recommendation.effects
    question = "Is augmentation worth it here?"
    against_none = f"{views(effects['clean'].arm.random_views)} against none."
    if not any(map(tells, effects.values())):
        return KeyFigure(question, TOO_FEW, f"No difference of use can be seen: {against_none}")
    both = f"{points(effects['clean'])}, and {points(effects['robustness'])}"
    return KeyFigure(question, recommendation.word, f"{both}: {against_none}".capitalize())


def _break_even(found: Findings, reference: Arm) -> str:
    costs = found.reckoned.costs
    starts = {arm: pays_from(costs[arm], costs[reference]) for arm in found.cached}
    against = f"Against {plain_name(reference)}, caching costs less"
    if len(set(starts.values())) == 1:
        return f"{against} {_from(next(iter(starts.values())))}, whatever the number of views."
    each = ", ".join(f"{plain_name(arm)} {_from(start)}" for arm, start in starts.items())
    return f"{against}: {each}."


def _from(training: int | None) -> str:
    if training is None:
        return "at no number of trainings"
    return "from the first training on" if training == 1 else f"from training {training:,} on"
