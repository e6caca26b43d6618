"""What each arm cost, put together from what its stages measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from viewcache.arms.arm import Arm
from viewcache.ground.paths import extraction_record, feature_file
from viewcache.ground.stopwatch import Record

Load = Callable[[str], Record]
"""From the name of a stage to its record."""


@dataclass(frozen=True)
class ArmCosts:
    """Cost of one training of an arm, from images to head.

    Passes and seconds are those of the training images: validation and test cost every arm the
    same. Rendering overlaps with the base: `augment_seconds` is the time spent on drawing and
    rendering, `base_seconds` is the rest of the time that base passes took.

    Attributes:
        seconds: None where times are of several machines.
        further_seconds: What another training takes once the first is done; None likewise.
        study_seconds: Of all seeds and rotations of the arm: its views of all images, and its share
            of the heads that were trained side by side; of end-to-end, so many trainings as one
            took. None likewise.
        feature_bytes: Of the cached features on disk.
        machine: Ids of the machines that it was timed on.
    """

    base_passes: int
    augment_seconds: float
    base_seconds: float
    head_seconds: float
    setup_seconds: float
    seconds: float | None
    further_seconds: float | None
    study_seconds: float | None
    feature_bytes: int
    peak_rss_bytes: int
    machine: str


@dataclass(frozen=True)
class Training:
    """What one training goes through.

    Attributes:
        images: Number of its training images.
        rows: Number of all images that a random view was extracted for, of view 0 likewise.
        random_views: Ids of the views that may be trained on.
        heads: Number of all heads that `train_head` trained.
    """

    images: int
    rows: Mapping[int, int]
    random_views: Sequence[int]
    heads: int


def costs_of_arms(
    arms: Sequence[Arm], training: Training, epochs: Mapping[Arm, float], load: Load
) -> dict[Arm, ArmCosts]:
    """What one training of every arm cost.

    Args:
        epochs: That each arm ran, mean over its trainings.
    """
    return {
        arm: _cached(arm, training, load)
        if arm.budget is not None
        else _end_to_end(arm, epochs[arm], training.images, load)
        for arm in arms
    }


def _cached(arm: Arm, training: Training, load: Load) -> ArmCosts:
    """Of what all images took, the share of the training images."""
    views = arm.views(training.random_views, arm.seeds[0])
    shares = {view: training.images / training.rows[view] for view in views}
    extracts = {view: load(extraction_record(view)) for view in views}
    augment, trained = load("augment"), load(arm.training_stage)

    def seconds(phase: str) -> float:
        return sum(shares[view] * extracts[view]["seconds"][phase] for view in views)

    drawing = sum(shares[view] * augment["seconds"].get(f"view {view}", 0.0) for view in views)
    head = head_seconds(load)
    return _costs(
        [augment, load("compile_base"), trained, *extracts.values()],
        base_passes=training.images * len(views),
        augment=drawing + seconds("augment"),
        base=seconds("extract") - seconds("augment"),
        head=head,
        further=head + setup_of([trained]),
        study=study_seconds([arm], training, load),
        feature_bytes=sum(feature_file(view).stat().st_size for view in views),
    )


def _end_to_end(arm: Arm, epochs: float, images: int, load: Load) -> ArmCosts:
    """What the head takes on cached views is its share, and no more than rendering leaves."""
    trained = load(arm.training_stage)
    augment, fit = (_mean_of_trainings(arm, trained, phase) for phase in ("augment", "fit"))
    head = min(head_seconds(load), fit - augment)
    records = [trained, load("compile_base")] if arm.kind == "compiled" else [trained]
    return _costs(
        records,
        base_passes=round(images * epochs),
        augment=augment,
        base=fit - augment - head,
        head=head,
        further=fit + setup_of([trained]),
        study=setup_of(records) + len(arm.trainings) * fit,
        feature_bytes=0,
    )


def study_seconds(arms: Sequence[Arm], training: Training, load: Load) -> float:
    """Of all trainings of arms on cached views: each view that they read is extracted once."""
    read = [arm.views(training.random_views, seed) for arm in arms for seed in arm.seeds]
    views = sorted(set().union(*read))
    extracts = [load(extraction_record(view)) for view in views]
    augment, heads = load("augment"), load("train_head")
    drawing = sum(augment["seconds"].get(f"view {view}", 0.0) for view in views)
    share = sum(len(arm.trainings) for arm in arms) / training.heads
    return (
        setup_of([augment, load("compile_base"), heads, *extracts])
        + drawing
        + sum(record["seconds"]["extract"] for record in extracts)
        + share * (heads["seconds"]["head alone"] + heads["seconds"]["heads"])
    )


def training_seconds(arm: Arm, load: Load) -> float:
    """Of one training alone: of a head on cached views, or of all that end-to-end goes through."""
    if arm.budget is not None:
        return head_seconds(load)
    return _mean_of_trainings(arm, load(arm.training_stage), "fit")


def _mean_of_trainings(arm: Arm, record: Record, phase: str) -> float:
    names = [arm.training_name(*training) for training in arm.trainings]
    return mean(record["seconds"][f"{name} {phase}"] for name in names)


def head_seconds(load: Load) -> float:
    """Of one head that was trained alone."""
    return load("train_head")["seconds"]["head alone"]


def setup_of(records: Sequence[Record]) -> float:
    """Seconds that processes needed before their work: imports, and compiling the base."""
    return sum(
        record["seconds"]["setup"] + record["seconds"].get("compile", 0) for record in records
    )


def _costs(
    records: list[Record],
    *,
    base_passes: int,
    augment: float,
    base: float,
    head: float,
    further: float,
    study: float | None,
    feature_bytes: int,
) -> ArmCosts:
    setup = setup_of(records)
    machines = {record["machine"]["id"] for record in records}
    one_machine = len(machines) == 1
    return ArmCosts(
        base_passes=base_passes,
        augment_seconds=augment,
        base_seconds=base,
        head_seconds=head,
        setup_seconds=setup,
        seconds=augment + base + head + setup if one_machine else None,
        further_seconds=further if one_machine else None,
        study_seconds=study if one_machine else None,
        feature_bytes=feature_bytes,
        peak_rss_bytes=max(record["peak_rss_bytes"] for record in records),
        machine=" and ".join(sorted(machines)),
    )
