"""What each arm will cost, from what its parts cost. Arithmetic only, to be held to measurement.

    cached_K:    seconds = set-up + N x K x (render + base) + E x N x head
    end_to_end:  seconds = set-up + N x E x (render + base and head)
    cached_K:    bytes   = K x (N x width x bytes of a number + header)

with N training images and E epochs. Set-up counts as often as an arm starts processes.
"""

from dataclasses import dataclass

from viewcache.arms.arm import Arm, Kind, arms_of, end_to_end
from viewcache.costs.break_even import training_of
from viewcache.ground.params.schema import Params, Train

HEADER_BYTES = 128
"""Of a `.npy` file."""


@dataclass(frozen=True)
class Pace:
    """How long images take, once a process is set up.

    Attributes:
        start: Seconds that the first of them take longer: graphs are traced, memory is taken.
        augment: Seconds an image, for drawing and rendering, while the rest goes on beside it.
        rest: Seconds an image for everything else.
    """

    start: float
    augment: float
    rest: float

    def seconds(self, images: int) -> float:
        return self.start + images * (self.augment + self.rest)


@dataclass(frozen=True)
class Paces:
    """Each way that images go.

    Attributes:
        extract: The compiled base over random views, as `extract` runs it.
        extract_identity: The same over view 0.
        end_to_end: Trained on end to end, by the base's kind: keras or compiled.
        head: One head that is trained by itself.
    """

    extract: Pace
    extract_identity: Pace
    end_to_end: dict[Kind, Pace]
    head: Pace


@dataclass(frozen=True)
class SetUp:
    """Seconds that processes need before their work.

    Attributes:
        start: Start of a process without TensorFlow.
        start_extract: Start of a process that opens the compiled base to run it.
        start_tensorflow: Start of a process with TensorFlow.
        compile_base: Loading and compiling the base, TensorFlow being there.
        load_base: Loading the base into Keras.
        open_base: Opening the compiled base, TensorFlow being there.
    """

    start: float
    start_extract: float
    start_tensorflow: float
    compile_base: float
    load_base: float
    open_base: float

    @property
    def compiling(self) -> float:
        """The process that compiles the base, from start to end."""
        return self.start_tensorflow + self.compile_base


@dataclass(frozen=True)
class UnitCosts:
    """What the parts of the pipeline cost on one machine.

    Attributes:
        row_bytes: Of an image's features.
    """

    set_up: SetUp
    paces: Paces
    row_bytes: int


@dataclass(frozen=True)
class Prediction:
    """What a first training of an arm will cost, in the terms of `viewcache.costs.ledger`.

    Attributes:
        again_seconds: What a further training costs, in a process of its own, with another
            learning rate or seed.
    """

    base_passes: int
    augment_seconds: float
    base_seconds: float
    head_seconds: float
    setup_seconds: float
    again_seconds: float
    feature_bytes: int

    @property
    def seconds(self) -> float:
        return self.augment_seconds + self.base_seconds + self.head_seconds + self.setup_seconds


@dataclass(frozen=True)
class BreakEven:
    """Where caching and end-to-end training cost the same.

    Attributes:
        arm: The end-to-end arm.
        views: The most cached views on which a first training costs less; 0: on none. No more
            than the epochs, which read no further view.
        budget: The largest number of views to be trained on.
        trainings: The number of trainings from which on so many views, extraction included, cost
            no more than end-to-end each time; None: never.
    """

    arm: str
    views: int
    budget: int
    trainings: int | None

    def __str__(self) -> str:
        up_to = f"up to {self.views} cached views" if self.views else "no cached view"
        from_on = "never" if self.trainings is None else f"from training {self.trainings} on"
        return (
            f"Against {self.arm}: a first training is faster on {up_to}; "
            f"caching {self.budget} views pays {from_on}."
        )


@dataclass(frozen=True)
class Amounts:
    """Numbers of images.

    Attributes:
        images: All.
        training: Of one training.
        trained: That are trained on in any rotation: those with random views.
        tested: That are tested in any rotation.
    """

    images: int
    training: int
    trained: int
    tested: int


def predict(costs: UnitCosts, settings: Train, amounts: Amounts) -> dict[str, Prediction]:
    """What one training of every arm will cost, and of both ways to train end to end."""
    arms = [arm for arm in arms_of(settings, 1) if arm.budget is not None]
    both = [end_to_end(kind, (), ()) for kind in costs.paces.end_to_end]
    return {arm.name: _predict(costs, settings, amounts, arm) for arm in [*arms, *both]}


def break_even(costs: UnitCosts, settings: Train, amounts: Amounts, kind: Kind) -> BreakEven:
    """Where caching costs the same as end-to-end training on a base of a kind."""
    reference = _end_to_end(costs, settings, amounts, kind)
    cheaper = [
        views
        for views in range(1, settings.epochs + 1)
        if _cached(costs, settings, amounts, views).seconds < reference.seconds
    ]
    budget = max(settings.budgets)
    trainings = _trainings(_cached(costs, settings, amounts, budget), reference)
    return BreakEven(end_to_end(kind, (), ()).name, max(cheaper, default=0), budget, trainings)


def disk_bytes(costs: UnitCosts, params: Params, amounts: Amounts) -> int:
    """What decoded images and features take: once in `data`, once in DVC's cache."""
    pixels = amounts.images * 3 * params.side**2
    return 2 * (pixels + _base_passes(params, amounts) * costs.row_bytes)


def _base_passes(params: Params, amounts: Amounts) -> int:
    """How many `extract` makes where nothing is cached yet."""
    random = len(params.extract.random_views) * amounts.trained
    tested = params.evaluate.test_views * amounts.tested
    return amounts.images + random + tested


def _predict(costs: UnitCosts, settings: Train, amounts: Amounts, arm: Arm) -> Prediction:
    if arm.budget is None:
        return _end_to_end(costs, settings, amounts, arm.kind)
    return _cached(costs, settings, amounts, arm.budget)


def _cached(costs: UnitCosts, settings: Train, amounts: Amounts, budget: int) -> Prediction:
    set_up = costs.set_up
    views = max(budget, 1)
    passes = amounts.training * views
    rows = amounts.trained if budget else amounts.images
    pace = costs.paces.extract if budget else costs.paces.extract_identity
    head = costs.paces.head.seconds(settings.epochs * amounts.training)
    extracting = set_up.start + set_up.compiling + views * set_up.start_extract
    return Prediction(
        base_passes=passes,
        augment_seconds=passes * pace.augment,
        base_seconds=views * pace.start + passes * pace.rest,
        head_seconds=head,
        setup_seconds=extracting + set_up.start_tensorflow,
        again_seconds=set_up.start_tensorflow + head,
        feature_bytes=views * _feature_file_bytes(costs.row_bytes, rows),
    )


def _end_to_end(costs: UnitCosts, settings: Train, amounts: Amounts, kind: Kind) -> Prediction:
    set_up = costs.set_up
    opening, compiling = {
        "keras": (set_up.load_base, 0.0),
        "compiled": (set_up.open_base, set_up.compiling),
    }[kind]
    passes = amounts.training * settings.epochs
    pace = costs.paces.end_to_end[kind]
    augment, rest = passes * pace.augment, pace.start + passes * pace.rest
    head = min(costs.paces.head.seconds(settings.epochs * amounts.training), rest)
    again = set_up.start_tensorflow + opening
    return Prediction(
        base_passes=passes,
        augment_seconds=augment,
        base_seconds=rest - head,
        head_seconds=head,
        setup_seconds=compiling + again,
        again_seconds=again + augment + rest,
        feature_bytes=0,
    )


def _trainings(cached: Prediction, reference: Prediction) -> int | None:
    lead = cached.seconds - reference.seconds
    return training_of(lead, reference.again_seconds - cached.again_seconds)


def _feature_file_bytes(row_bytes: int, images: int) -> int:
    """Size of the file of one view's features."""
    return HEADER_BYTES + images * row_bytes
