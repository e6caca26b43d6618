"""How many times faster than end-to-end training: what caching brings, and what the runtime does.

No figure mixes two of these. On the same runtime stands what caching itself brings; then what the
compiled runtime brings to end-to-end; their product is the factor against Keras by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Way = Literal["keras", "compiled", "originals_kept"]
"""To train end to end: by hand in Keras; on the compiled base; or on that, but with the features of
the images as they are kept, so that only epochs of random views run the base."""
Span = Literal["first", "first_without_setup", "first_on_more_images", "further", "study"]
"""What is timed: a first training, from image to head; the same without the starting of processes,
imports and compiling; the same on `TIMES_THE_IMAGES` as many, extrapolated, with set-up as it is;
every further training, with another seed, learning rate or head; all seeds and rotations."""
SPANS: tuple[Span, ...] = get_args(Span)
Seconds = Mapping[Span, float | None]
"""None: times are of several machines."""
TIMES_THE_IMAGES = 10


@dataclass(frozen=True)
class Times:
    """How long a way to train takes, measured or predicted.

    Attributes:
        seconds: Of a first training; None where times are of several machines.
        further_seconds: What another training takes once the first is done; or None, as above.
        setup_seconds: Of the first training, those that are spent on neither images nor heads.
        machine: Ids of the machines that it was timed on.
    """

    seconds: float | None
    further_seconds: float | None
    setup_seconds: float
    machine: str


@dataclass(frozen=True)
class Factors:
    """How many times faster; None where one of the times is not known.

    Attributes:
        on_the_same_runtime: Against `end_to_end_compiled`.
        originals_kept: Against the same with the features of the images as they are kept, which
            takes no cached view: so the schedule's part is not taken for caching's.
        by_the_runtime: `end_to_end_compiled` against `end_to_end`.
        against_keras: Against `end_to_end`: the product of both.
    """

    on_the_same_runtime: float | None
    originals_kept: float | None
    by_the_runtime: float | None
    against_keras: float | None


class Speed(NamedTuple):
    """Seconds of an arm on cached views, and how many times faster than end to end that is."""

    seconds: float | None
    times: Factors


def faster(
    cost: Times, study: float | None, end_to_end: Mapping[Way, Times], trainings: int
) -> dict[Span, Speed]:
    """Hold an arm on cached views to the ways to train end to end.

    Args:
        study: Seconds of all trainings of the arm.
        end_to_end: One that is missing, or was timed on another machine, leaves its factors None.
        trainings: Of the study.
    """
    own = {**seconds_of(cost, trainings), "study": study}
    theirs = {
        way: seconds_of(other, trainings)
        for way, other in end_to_end.items()
        if other.machine == cost.machine
    }
    return {span: Speed(own[span], _factors(own, theirs, span)) for span in SPANS}


def seconds_of(cost: Times, trainings: int) -> Seconds:
    """What each span takes, where the trainings of a study follow one another in one process."""
    first, set_up = cost.seconds, cost.setup_seconds
    if first is None:
        return dict.fromkeys(SPANS, None) | {"further": cost.further_seconds}
    work = first - set_up
    return {
        "first": first,
        "first_without_setup": work,
        "first_on_more_images": set_up + TIMES_THE_IMAGES * work,
        "further": cost.further_seconds,
        "study": set_up + trainings * work,
    }


def _factors(own: Seconds, theirs: Mapping[Way, Seconds], span: Span) -> Factors:
    ours = own[span]
    compiled, kept, keras = (
        theirs[way][span] if way in theirs else None
        for way in ("compiled", "originals_kept", "keras")
    )
    return Factors(
        _ratio(compiled, ours), _ratio(kept, ours), _ratio(keras, compiled), _ratio(keras, ours)
    )


def _ratio(slow: float | None, fast: float | None) -> float | None:
    return slow / fast if slow and fast else None
