"""How long a whole run will take where nothing is cached yet: every stage, and DVC around it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from viewcache.arms.arm import arms_of
from viewcache.costs.model import Amounts, Prediction, UnitCosts
from viewcache.ground.params.schema import Params

STARTS_AROUND = 20
"""What `make run` needs before its first stage and after its last, in starts of a plain process."""
STARTS_A_STAGE = 2
"""What DVC needs before and after each stage, likewise."""
EVALUATE_STARTS = 2.8
"""What `evaluate` needs to start, judge, draw and log, in starts of TensorFlow."""
PLAIN_STAGES = (
    "code",
    "check_params",
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
    amounts: Amounts,
    arms: dict[str, Prediction],
) -> float:
    """Seconds of `make run`.

    Args:
        arms: One training of each, as `predict` gives them.
    """
    stages = [
        *_before_the_base(costs, reading, amounts),
        *_extractions(costs, params, amounts),
        _heads(costs, params, amounts),
        *_end_to_end(params, arms),
        *_after_training(costs, params, amounts),
    ]
    around = STARTS_AROUND + STARTS_A_STAGE * len(stages)
    return sum(stages) + around * costs.set_up.start


def _before_the_base(costs: UnitCosts, reading: Reading, amounts: Amounts) -> Iterator[float]:
    """`code` to `compile_base`."""
    images = reading.fetching + reading.indexing + amounts.images * reading.decoding
    yield images + costs.set_up.start
    yield from [costs.set_up.start] * (len(PLAIN_STAGES) - 1)
    yield costs.set_up.compiling


def _extractions(costs: UnitCosts, params: Params, amounts: Amounts) -> Iterator[float]:
    start, paces = costs.set_up.start_extract, costs.paces
    yield start + paces.extract_identity.seconds(amounts.images)
    yield from [start + paces.extract.seconds(amounts.trained)] * len(params.extract.random_views)
    yield start + params.evaluate.test_views * paces.extract.seconds(amounts.tested)


def _heads(costs: UnitCosts, params: Params, amounts: Amounts) -> float:
    """One by itself; then all others side by side, one a core."""
    settings, rotations = params.train, params.evaluate.folds or 1
    pace, seen = costs.paces.head, settings.epochs * amounts.training
    others = len(settings.budgets) * len(settings.seeds) * rotations - 1
    cores = os.cpu_count() or 1
    tracing = (1 + 2 * cores) * pace.start
    alone_and_beside = 1 + others / cores
    return costs.set_up.start_tensorflow + tracing + alone_and_beside * pace.rest * seen


def _end_to_end(params: Params, arms: dict[str, Prediction]) -> Iterator[float]:
    settings = params.train
    trainings = len(settings.end_to_end_seeds) * len(settings.end_to_end_rotations)
    for arm in arms_of(settings, params.evaluate.folds or 1):
        if arm.budget is None:
            one = arms[arm.name]
            fit = one.augment_seconds + one.base_seconds + one.head_seconds
            yield one.again_seconds + (trainings - 1) * fit


def _after_training(costs: UnitCosts, params: Params, amounts: Amounts) -> Iterator[float]:
    """`replay`, `evaluate`, and `export`, which trains a head on all images."""
    start = costs.set_up.start_tensorflow
    yield start + costs.set_up.load_base
    yield EVALUATE_STARTS * start
    yield start + costs.paces.head.seconds(params.train.epochs * amounts.trained)
