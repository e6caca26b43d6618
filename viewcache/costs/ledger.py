"""What each arm cost, put together from what its stages measured."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Self

from viewcache.arms.arm import BASELINE, Arm
from viewcache.costs.faster import Times
from viewcache.ground.stopwatch import Record
from viewcache.images.folds import Rotation

Load = Callable[[str], Record]
"""From the name of a stage to its record."""
SET_UP = ("setup", "open", "compile", "other")
"""Phases of a process that take as long for few images as for many."""


@dataclass(frozen=True, kw_only=True)
class ArmCosts(Times):
    """Cost of one training of an arm, from images to head.

    Passes and seconds are those of the training images: validation and test cost every arm the
    same. Rendering overlaps with the base: `augment_seconds` is the time spent on drawing and
    rendering, `base_seconds` is the rest of the time that base passes took.

    Attributes:
        study_seconds: Of all seeds and rotations of the arm: its views of all images, and its share
            of the heads that were trained side by side; of end to end, as often as one training
            took. None where times are of several machines.
        originals_seconds: Of `seconds`, those of running the base over the images as they are
            again and again, after the first time: 0 of arms on cached views.
        measured_epochs: That seconds of end to end were measured in; all others take as long.
        feature_bytes: Of the cached features on disk.
    """

    base_passes: int
    augment_seconds: float
    base_seconds: float
    head_seconds: float
    study_seconds: float | None
    originals_seconds: float
    measured_epochs: int
    feature_bytes: int
    peak_rss_bytes: int

    @property
    def originals_kept(self) -> Times:
        """The same with the features of the images as they are kept after the first time."""

        def less(seconds: float | None) -> float | None:
            return None if seconds is None else seconds - self.originals_seconds

        first, further = less(self.seconds), less(self.further_seconds)
        return Times(first, further, self.setup_seconds, self.machine)


@dataclass(frozen=True)
class Training:
    """What one training goes through.

    Attributes:
        images: Number of training images by rotation.
        heads: Number of the heads that `train_head` timed together.
    """

    images: Mapping[int, int]
    heads: int

    @classmethod
    def of(cls, arms: Iterable[Arm], rotations: Iterable[Rotation]) -> Self:
        heads = sum(len(arm.trainings) for arm in arms if arm.trains_on_cache)
        return cls({one.number: len(one.train) for one in rotations}, heads)


def costs_of_arms(arms: Sequence[Arm], training: Training, load: Load) -> dict[Arm, ArmCosts]:
    """What one training of every arm cost."""
    return {
        arm: _end_to_end(arm, training, load) if arm.fresh else _cached(arm, training, load)
        for arm in arms
    }


def _cached(arm: Arm, training: Training, load: Load) -> ArmCosts:
    """Of what all images took, the share of the images that the first head was trained on."""
    views = sorted(set(arm.views(arm.seeds[0])))
    augment, extract, trained = load("augment"), load("extract"), load("train_head")
    of = {view: extract["views"][str(view)] for view in views}
    images, head = training.images[arm.rotations[0]], training_seconds(arm, load)
    shares = {view: images / of[view]["rows"] for view in views}

    def seconds(part: str) -> float:
        return sum(shares[view] * of[view]["seconds"][part] for view in views)

    drawing = sum(shares[view] * augment["seconds"].get(f"view {view}", 0.0) for view in views)
    return _costs(
        [augment, load("compile_base"), trained, _extract_of(extract, views)],
        drawing + seconds("augment"),
        seconds("extract") - seconds("augment"),
        head,
        head + set_up_of([trained]),
        study_seconds([arm], training, load),
        base_passes=images * len(views),
        measured_epochs=arm.epochs,
        feature_bytes=sum(one["rows"] * one["row_bytes"] for one in of.values()),
    )


def _end_to_end(arm: Arm, training: Training, load: Load) -> ArmCosts:
    """The mean of its trainings.

    What the head takes on cached views is its share, and no more than rendering leaves.
    """
    images = round(mean(training.images[rotation] for rotation in arm.rotations))
    trained, times = load(arm.training_stage), arm.course.epochs / arm.epochs
    fit = times * _mean_of_trainings(arm, trained["seconds"], "fit")
    augment, originals = (
        times * _mean_of_trainings(arm, trained["parts"], part) for part in ("augment", "originals")
    )
    head = min(head_seconds(load), fit - augment)
    records = [trained, load("compile_base")] if arm.kind == "compiled" else [trained]
    return _costs(
        records,
        augment,
        fit - augment - head,
        head,
        fit + set_up_of([trained]),
        set_up_of(records) + len(arm.trainings) * fit,
        base_passes=images * arm.course.epochs,
        measured_epochs=arm.epochs,
        originals=_repeated(arm, originals, head),
    )


def _repeated(arm: Arm, originals: float, head: float) -> float:
    """Seconds that the base takes in epochs of the images as they are, but for the first of them.

    Args:
        originals: Seconds of all such epochs.
        head: Of a head's whole training on cached features.
    """
    epochs = arm.course.epochs - arm.course.random_views
    by_the_base = max(originals - epochs * head / arm.course.epochs, 0.0)
    return by_the_base * (epochs - 1) / epochs if epochs else 0.0


def study_seconds(arms: Sequence[Arm], training: Training, load: Load) -> float:
    """Of all trainings of arms on cached views: each view that they read is extracted once."""
    views = sorted({view for arm in arms for seed in arm.seeds for view in arm.views(seed)})
    augment, extract, heads = load("augment"), load("extract"), load("train_head")
    drawing = sum(augment["seconds"].get(f"view {view}", 0.0) for view in views)
    processes = [augment, load("compile_base"), heads, _extract_of(extract, views)]
    return (
        set_up_of(processes)
        + drawing
        + sum(extract["views"][str(view)]["seconds"]["extract"] for view in views)
        + _seconds_of_heads(arms, training.heads, heads)
    )


def _seconds_of_heads(arms: Sequence[Arm], heads: int, trained: Record) -> float:
    """Of all heads of arms: their share of the heads timed together, and the baseline's own."""
    seconds = trained["seconds"]
    own = sum(len(arm.trainings) for arm in arms if arm.trains_on_cache)
    baseline = sum(seconds["baseline"] for arm in arms if arm.name == BASELINE)
    return own / heads * (seconds["head alone"] + seconds["heads"]) + baseline


def own_seconds(arm: Arm, load: Load) -> float:
    """Of an arm's trainings the mean, as they were run: heads on cached views side by side."""
    if arm.fresh or arm.name == BASELINE:
        return training_seconds(arm, load)
    parts = load("train_head")["parts"]
    return mean(parts[arm.training_name(*training)] for training in arm.trainings)


def training_seconds(arm: Arm, load: Load) -> float:
    """Of one training alone: of a head on cached views, or of all that end to end goes through."""
    if arm.name == BASELINE:
        return load("train_head")["seconds"]["baseline"] / len(arm.trainings)
    if arm.fresh:
        return _mean_of_trainings(arm, load(arm.training_stage)["seconds"], "fit")
    return head_seconds(load)


def _mean_of_trainings(arm: Arm, seconds: Mapping[str, float], name: str) -> float:
    trainings = [arm.training_name(*training) for training in arm.trainings]
    return mean(seconds.get(f"{training} {name}", 0.0) for training in trainings)


def head_seconds(load: Load) -> float:
    """Of one head that was trained alone."""
    return load("train_head")["seconds"]["head alone"]


def set_up_of(records: Sequence[Record]) -> float:
    """Seconds of processes that are not spent on images or heads: imports, opening, the rest."""
    return sum(record["seconds"].get(phase, 0.0) for record in records for phase in SET_UP)


def _extract_of(record: Record, views: Iterable[int]) -> Record:
    """What views took of `extract` besides the seconds of their rows, all of it set-up: its start,
    their share of looking up rows, and opening the base, when rows were first computed."""
    every, of = record["views"], [record["views"][str(view)] for view in views]
    share = sum(view["rows"] for view in of) / sum(view["rows"] for view in every.values())
    seconds, opening = record["seconds"], max((view["open"] for view in of), default=0.0)
    started = seconds["setup"] + seconds["other"]
    return {
        "seconds": {"setup": started + share * seconds["lookup"] + opening},
        "peak_rss_bytes": record["peak_rss_bytes"],
        "machine": record["machine"],
        "machines": [one for view in of for one in view["machines"]],
    }


def _costs(
    records: Sequence[Record],
    augment: float,
    base: float,
    head: float,
    further: float,
    study: float,
    *,
    base_passes: int,
    measured_epochs: int,
    originals: float = 0.0,
    feature_bytes: int = 0,
) -> ArmCosts:
    """Put together what was measured of an arm.

    Args:
        records: Of the processes that ran for it.
        augment, base, head: Seconds of a first training, by phase.
    """
    set_up = set_up_of(records)
    machines = {one["machine"]["id"] for one in records}
    machines |= {machine for one in records for machine in one.get("machines", [])}
    totals = augment + base + head + set_up, further, study
    seconds, further_seconds, study_seconds = totals if len(machines) == 1 else (None, None, None)
    return ArmCosts(
        base_passes=base_passes,
        augment_seconds=augment,
        base_seconds=base,
        head_seconds=head,
        setup_seconds=set_up,
        seconds=seconds,
        further_seconds=further_seconds,
        study_seconds=study_seconds,
        originals_seconds=originals,
        measured_epochs=measured_epochs,
        feature_bytes=feature_bytes,
        peak_rss_bytes=max(one["peak_rss_bytes"] for one in records),
        machine=" and ".join(sorted(machines)),
    )
