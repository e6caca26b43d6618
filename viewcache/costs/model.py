"""What each arm will cost, from what its parts cost. Arithmetic only, to be held to measurement.

    cached_K:    seconds = set-up + N x K x (render + base) + N x base + E x N x head
    end_to_end:  seconds = set-up + N x R x render + N x E x (base and head)
    cached_K:    bytes   = (K + 1) x N x width x bytes of a number

with N training images and E epochs, of which R read random views, the others the images as they
are. Set-up counts as often as an arm starts processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from viewcache.arms.arm import Arm, Kind, end_to_end
from viewcache.costs.break_even import training_of
from viewcache.ground.params.schema import Params
from viewcache.heads.schedule import Course


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
            than end to end renders.
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


ORIGINALS_KEPT = "end_to_end_compiled_originals_kept"
"""End to end on the compiled base, with the features of the images as they are kept."""


def predict(costs: UnitCosts, arms: Sequence[Arm], amounts: Amounts) -> dict[str, Prediction]:
    """What one training of each arm on cached views will cost, and of the ways to end to end."""
    whole = arms[-1].course
    cached = {arm.name: _cached(costs, whole, amounts, arm.random_views) for arm in arms}
    both = {
        end_to_end(kind, (), (), whole).name: _end_to_end(costs, whole, amounts, kind)
        for kind in costs.paces.end_to_end
    }
    kept = _end_to_end(costs, whole, amounts, "compiled", originals_kept=True)
    return cached | both | {ORIGINALS_KEPT: kept}


def break_even(costs: UnitCosts, whole: Course, amounts: Amounts, kind: Kind) -> BreakEven:
    """Where caching costs the same as end-to-end training on a base of a kind."""
    reference = _end_to_end(costs, whole, amounts, kind)
    cheaper = [
        views
        for views in whole.ids
        if _cached(costs, whole, amounts, views).seconds < reference.seconds
    ]
    twin = whole.random_views
    trainings = _trainings(_cached(costs, whole, amounts, twin), reference)
    name = end_to_end(kind, (), (), whole).name
    return BreakEven(name, max(cheaper, default=0), twin, trainings)


def disk_bytes(costs: UnitCosts, params: Params, whole: Course, amounts: Amounts) -> int:
    """What decoded images and features take: once in `data`, once in DVC's cache."""
    pixels = amounts.images * 3 * params.side**2
    return 2 * (pixels + base_passes(params, whole, amounts) * costs.row_bytes)


def base_passes(params: Params, whole: Course, amounts: Amounts) -> int:
    """How many `extract` makes where nothing is cached yet."""
    random = whole.random_views * amounts.trained
    tested = params.evaluate.test_views * amounts.tested
    return amounts.images + random + tested


def _cached(costs: UnitCosts, whole: Course, amounts: Amounts, budget: int) -> Prediction:
    set_up, paces = costs.set_up, costs.paces
    originals = budget == 0 or whole.originals == "every_second"
    read = [(paces.extract, budget, amounts.trained)]
    if originals:
        read.append((paces.extract_identity, 1, amounts.images))
    head = paces.head.seconds(whole.epochs * amounts.training)
    starts = set_up.start + set_up.compiling + set_up.start_extract + set_up.start_tensorflow
    return Prediction(
        base_passes=amounts.training * (budget + originals),
        augment_seconds=sum(views * amounts.training * pace.augment for pace, views, _ in read),
        base_seconds=sum(
            views * (pace.start + amounts.training * pace.rest) for pace, views, _ in read
        ),
        head_seconds=head,
        setup_seconds=starts,
        again_seconds=set_up.start_tensorflow + head,
        feature_bytes=sum(views * rows * costs.row_bytes for _, views, rows in read),
    )


def _end_to_end(
    costs: UnitCosts,
    whole: Course,
    amounts: Amounts,
    kind: Kind,
    *,
    originals_kept: bool = False,
) -> Prediction:
    """Only random views take the time to be rendered.

    Args:
        originals_kept: Whether epochs of the images as they are run the base only once.
    """
    set_up, pace = costs.set_up, costs.paces.end_to_end[kind]
    opening, compiling = {
        "keras": (set_up.load_base, 0.0),
        "compiled": (set_up.open_base, set_up.compiling),
    }[kind]
    originals = whole.epochs - whole.random_views
    kept = max(originals - 1, 0) if originals_kept else 0
    passes = amounts.training * (whole.epochs - kept)
    augment = amounts.training * whole.random_views * pace.augment
    head = costs.paces.head.seconds(whole.epochs * amounts.training)
    rest = pace.start + passes * pace.rest + kept / whole.epochs * head
    again = set_up.start_tensorflow + opening
    return Prediction(
        base_passes=passes,
        augment_seconds=augment,
        base_seconds=rest - min(head, rest),
        head_seconds=min(head, rest),
        setup_seconds=compiling + again,
        again_seconds=again + augment + rest,
        feature_bytes=0,
    )


def _trainings(cached: Prediction, reference: Prediction) -> int | None:
    lead = cached.seconds - reference.seconds
    return training_of(lead, reference.again_seconds - cached.again_seconds)
