"""How many times faster than end-to-end training: what caching brings, and what the runtime does.

No figure mixes two of these. On the same runtime stands what caching itself brings; then what the
compiled runtime brings to end-to-end; their product is the factor against Keras by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Way = Literal["keras", "compiled", "originals_kept"]
"""To train end to end: by hand in Keras; on the compiled base; or on that, but with the features of
the images as they are kept, so that only epochs of random views run the base."""


class Timed(Protocol):
    """What a way to train costs, measured or predicted; None: times are of several machines."""

    @property
    def seconds(self) -> float | None: ...
    @property
    def further_seconds(self) -> float | None: ...
    @property
    def setup_seconds(self) -> float: ...
    @property
    def machine(self) -> str: ...


@dataclass(frozen=True)
class Times:
    """The times of a way to train that is no arm, put together from those of one."""

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


TIMES_THE_IMAGES = 10


@dataclass(frozen=True)
class Faster:
    """How many times faster an arm is than end-to-end.

    Attributes:
        first: A first training, from images to head.
        first_without_setup: The same without the starting of processes, imports and compiling.
        first_on_more_images: Extrapolated to `TIMES_THE_IMAGES` as many: set-up stays as it is.
        further: Every further training, with another seed, learning rate or head.
        study: All seeds and rotations of the arm.
    """

    first: Factors
    first_without_setup: Factors
    first_on_more_images: Factors
    further: Factors
    study: Factors


def faster(
    cost: Timed, study_seconds: float | None, end_to_end: Mapping[Way, Timed], trainings: int
) -> Faster:
    """Hold an arm on cached views to the ways to train end to end.

    Args:
        study_seconds: Of all trainings of the arm.
        end_to_end: One that is missing, or was timed on another machine, leaves its factors None.
        trainings: Of the study.
    """

    def factors(ours: float | None, theirs: Mapping[Way, float | None]) -> Factors:
        compiled, kept = theirs.get("compiled"), theirs.get("originals_kept")
        keras = theirs.get("keras")
        return Factors(
            _ratio(compiled, ours), _ratio(kept, ours), _ratio(keras, compiled), _ratio(keras, ours)
        )

    here = {way: arm for way, arm in end_to_end.items() if arm.machine == cost.machine}
    first = {way: arm.seconds for way, arm in here.items()}
    work = {way: _without_setup(arm) for way, arm in here.items()}
    more = {way: _on_more_images(arm) for way, arm in here.items()}
    further = {way: arm.further_seconds for way, arm in here.items()}
    study = {way: study_of(arm, trainings) for way, arm in here.items()}
    return Faster(
        factors(cost.seconds, first),
        factors(_without_setup(cost), work),
        factors(_on_more_images(cost), more),
        factors(cost.further_seconds, further),
        factors(study_seconds, study),
    )


def study_of(end_to_end: Timed, trainings: int) -> float | None:
    """Seconds of so many trainings end to end, one after another in one process."""
    work = _without_setup(end_to_end)
    return None if work is None else end_to_end.setup_seconds + trainings * work


def _on_more_images(cost: Timed) -> float | None:
    work = _without_setup(cost)
    return None if work is None else cost.setup_seconds + TIMES_THE_IMAGES * work


def _without_setup(cost: Timed) -> float | None:
    return None if cost.seconds is None else cost.seconds - cost.setup_seconds


def _ratio(slow: float | None, fast: float | None) -> float | None:
    return slow / fast if slow and fast else None
