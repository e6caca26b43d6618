"""What caching costs and saves, in rows and sentences."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from viewcache.costs.break_even import pays_from
from viewcache.costs.faster import TIMES_THE_IMAGES
from viewcache.report.figures import Arms, cached_arms, end_to_end_arms
from viewcache.report.words import WAYS, duration, plain_name


class Speed(NamedTuple):
    """A row of the table of speeds.

    Attributes:
        what: That takes these seconds, which may not be known.
        same_runtime, originals_kept, keras: How many times faster than end to end: on the same
            runtime, as one writes it, or with the features of the images as they are kept; and by
            hand in Keras. None where it is not known.
    """

    what: str
    seconds: float | None
    same_runtime: float | None
    originals_kept: float | None
    keras: float | None


def speeds(figures: Mapping[str, Any], name: str) -> list[Speed]:
    """How fast an arm on cached views is, question by question."""
    arm, factors = figures["arms"][name], figures["answers"]["faster"]["arms"][name]
    first, set_up = arm["seconds"], arm["setup_seconds"]
    without = None if first is None else first - set_up
    more = None if without is None else set_up + TIMES_THE_IMAGES * without
    trainings = figures["costs"]["trainings"]
    rows = {
        "first": ("a first training, from images to head", first),
        "first_without_setup": ("the same without set-up", without),
        "first_on_more_images": (
            f"a first training on {TIMES_THE_IMAGES} times the images (extrapolated)",
            more,
        ),
        "further": ("each further training", arm["further_seconds"]),
        "study": (
            f"{trainings:,} trainings, all seeds and rotations (end to end: extrapolated)",
            arm["study_seconds"],
        ),
    }
    return [
        Speed(
            what,
            seconds,
            factors[of]["on_the_same_runtime"],
            factors[of]["originals_kept"],
            factors[of]["against_keras"],
        )
        for of, (what, seconds) in rows.items()
    ]


def evidence_sentence(figures: Mapping[str, Any]) -> str:
    """What all trainings on this page cost, and what end-to-end would have paid."""
    costs, predicted = figures["costs"], figures["answers"]["faster"]["predicted"]
    if costs["seconds"] is None:
        return ""
    cached = (
        f"All {costs['heads']:,} trainings on cached features together took "
        f"{duration(costs['seconds'])}, from images to heads."
    )
    each = [
        f"{duration(seconds)} ({WAYS[kind]}; "
        f"{'predicted' if kind in predicted else 'extrapolated from what ran'})"
        for kind, seconds in costs["end_to_end_seconds"].items()
    ]
    if not each:
        return cached
    return (
        f"{cached} End to end, the {costs['trainings']:,} of them that are augmented afresh alone "
        f"would have taken {' or '.join(each)}."
    )


def break_even_sentences(arms: Arms) -> list[str]:
    """For each way to train end to end, from which training on cached views cost less."""
    return [_break_even(arms, reference) for reference in end_to_end_arms(arms)]


def _break_even(arms: Arms, reference: str) -> str:
    starts = {name: pays_from(arms[name], arms[reference]) for name in cached_arms(arms)}
    against = f"Against {plain_name(arms[reference])}, caching costs less"
    if len(set(starts.values())) == 1:
        return f"{against} {_from(next(iter(starts.values())))}, whatever the number of views."
    each = ", ".join(f"{plain_name(arms[name])} {_from(start)}" for name, start in starts.items())
    return f"{against}: {each}."


def _from(training: int | None) -> str:
    if training is None:
        return "at no number of trainings"
    return "from the first training on" if training == 1 else f"from training {training:,} on"
