"""How long a whole run will take where nothing is cached yet: every stage, and DVC around it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from viewcache.arms.arm import compared_on_cache, course_of, end_to_end_arms, longer_arms
from viewcache.costs.model import Amounts, Prediction, UnitCosts
from viewcache.ground.machine import cores
from viewcache.ground.params.schema import Params
from viewcache.heads.schedule import Course
from viewcache.images.folds import Rotation

STARTS_AROUND = 20
"""What `make run` needs before its first stage and after its last, in starts of a plain process."""
STARTS_A_STAGE = 2
"""What DVC needs before and after each stage, likewise."""
EVALUATE_STARTS = 3.2
"""What `answer` and `evaluate` need to ask heads, judge, draw and log, in starts of TensorFlow."""
PLAIN_STAGES = (
    "fetch",
    "prepare",
    "augment",
    "calibrate",
)


@dataclass(frozen=True)
class Reading:
    """What the images take before their first view.

    Attributes:
        fetching: Seconds until they are in a folder.
        indexing: Seconds until their digests are known.
        decoding: Seconds an image.
    """

    fetching: float
    indexing: float
    decoding: float


def seconds_of_run(
    costs: UnitCosts,
    reading: Reading,
    params: Params,
    rotations: Sequence[Rotation],
    amounts: Amounts,
    arms: dict[str, Prediction],
) -> float:
    """Seconds of `make run`.

    Args:
        arms: One training of each, as `predict` gives them.
    """
    whole = course_of(params, rotations)
    stages = [
        *_before_the_base(costs, reading, amounts),
        _extraction(costs, params, whole, amounts),
        _heads(costs, params, rotations, amounts),
        *_end_to_end(params, rotations, arms),
        *_after_training(costs, whole, amounts),
    ]
    around = STARTS_AROUND + STARTS_A_STAGE * len(stages)
    return sum(stages) + around * costs.set_up.start


def _before_the_base(costs: UnitCosts, reading: Reading, amounts: Amounts) -> Iterator[float]:
    """`code` to `compile_base`."""
    images = reading.fetching + reading.indexing + amounts.images * reading.decoding
    yield images + costs.set_up.start
    yield from [costs.set_up.start] * (len(PLAIN_STAGES) - 1)
    yield costs.set_up.compiling


def _extraction(costs: UnitCosts, params: Params, whole: Course, amounts: Amounts) -> float:
    paces = costs.paces
    return (
        costs.set_up.start_extract
        + paces.extract_identity.seconds(amounts.images)
        + whole.random_views * paces.extract.seconds(amounts.trained)
        + params.evaluate.test_views * paces.extract.seconds(amounts.tested)
    )


def _heads(
    costs: UnitCosts, params: Params, rotations: Sequence[Rotation], amounts: Amounts
) -> float:
    """One by itself; then all others side by side, one a core."""
    pace, threads = costs.paces.head, cores()
    _, *arms = compared_on_cache(params, rotations)
    trained = [*arms, *longer_arms(params, rotations).values()]
    epochs = sum(len(arm.trainings) * arm.epochs for arm in trained)
    one = arms[-1].epochs
    tracing = (1 + 2 * threads) * pace.start
    seen = (one + (epochs - one) / threads) * amounts.training
    return costs.set_up.start_tensorflow + tracing + pace.rest * seen


def _end_to_end(
    params: Params, rotations: Sequence[Rotation], arms: dict[str, Prediction]
) -> Iterator[float]:
    for arm in end_to_end_arms(params, rotations):
        one = arms[arm.name]
        fit = one.augment_seconds + one.base_seconds + one.head_seconds
        run = len(arm.trainings) * arm.epochs / arm.course.epochs
        yield one.again_seconds + (run - 1) * fit


def _after_training(costs: UnitCosts, whole: Course, amounts: Amounts) -> Iterator[float]:
    """`replay`, `evaluate`, and `export`, which trains a head on all images."""
    start = costs.set_up.start_tensorflow
    yield start + costs.set_up.load_base
    yield EVALUATE_STARTS * start
    yield start + costs.paces.head.seconds(whole.epochs * amounts.trained)
