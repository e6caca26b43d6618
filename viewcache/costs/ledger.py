"""What each arm cost, put together from what its stages measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from viewcache.arms.arm import Arm
from viewcache.features.store import feature_file
from viewcache.ground.paths import FEATURES

Record = dict[str, Any]
"""What `Stopwatch.save` wrote: seconds by phase, peak memory, machine, time."""
Load = Callable[[str], Record]
"""From the name of a stage to its record."""


@dataclass(frozen=True)
class ArmCosts:
    """Cost of one training of an arm, from images to head.

    Passes and seconds are those of the training images: validation and test cost every arm the
    same. Rendering overlaps with the base: `augment_seconds` is the time spent on drawing and
    rendering, `base_seconds` is the rest of the time that base passes took.

    Attributes:
        total_seconds: None where times are of several machines.
        further_seconds: What another training takes once the first is done; None likewise.
        feature_bytes: Of the cached features on disk.
        machine: Ids of the machines that it was timed on.
    """

    base_passes: int
    augment_seconds: float
    base_seconds: float
    head_seconds: float
    setup_seconds: float
    total_seconds: float | None
    further_seconds: float | None
    feature_bytes: int
    peak_rss_bytes: int
    machine: str


def costs_of_arms(
    arms: Sequence[Arm], images: int, epochs: Mapping[str, float], load: Load
) -> dict[Arm, ArmCosts]:
    """What every arm cost.

    Args:
        images: Number of training images.
        epochs: That each arm ran, by its name, mean over its seeds.
    """
    return {
        arm: _cached(arm, images, load)
        if arm.budget is not None
        else _end_to_end(arm, epochs[arm.name], images, load)
        for arm in arms
    }


def _cached(arm: Arm, images: int, load: Load) -> ArmCosts:
    augment, training = load("augment"), load("train_head")
    extracts = [load(stage) for stage in arm.feature_stages]
    rendering = sum(record["seconds"]["augment"] for record in extracts)
    drawing = sum(augment["seconds"][f"view {view}"] for view in arm.views)
    head = head_seconds(load)
    files = [feature_file(FEATURES / "train", view) for view in arm.views]
    return _costs(
        [augment, load("compile_base"), training, *extracts],
        base_passes=images * len(arm.views),
        augment=drawing + rendering,
        base=sum(record["seconds"]["extract"] for record in extracts) - rendering,
        head=head,
        further=head + training["seconds"]["setup"],
        feature_bytes=sum(file.stat().st_size for file in files),
    )


def _end_to_end(arm: Arm, epochs: float, images: int, load: Load) -> ArmCosts:
    """The head's share is what the same head takes on cached features."""
    record = load(arm.training_stage)
    augment = mean(record["seconds"][f"seed {seed} augment"] for seed in arm.seeds)
    fit = mean(record["seconds"][f"seed {seed} fit"] for seed in arm.seeds)
    head = head_seconds(load)
    return _costs(
        [record, load("compile_base")] if arm.kind == "compiled" else [record],
        base_passes=round(images * epochs),
        augment=augment,
        base=fit - augment - head,
        head=head,
        further=fit + record["seconds"]["setup"],
        feature_bytes=0,
    )


def head_seconds(load: Load) -> float:
    """Of one head that was trained alone."""
    return load("train_head")["seconds"]["head alone"]


def _costs(
    records: list[Record],
    *,
    base_passes: int,
    augment: float,
    base: float,
    head: float,
    further: float,
    feature_bytes: int,
) -> ArmCosts:
    setup = sum(
        record["seconds"]["setup"] + record["seconds"].get("compile", 0) for record in records
    )
    machines = {record["machine"]["id"] for record in records}
    one_machine = len(machines) == 1
    return ArmCosts(
        base_passes=base_passes,
        augment_seconds=augment,
        base_seconds=base,
        head_seconds=head,
        setup_seconds=setup,
        total_seconds=augment + base + head + setup if one_machine else None,
        further_seconds=further if one_machine else None,
        feature_bytes=feature_bytes,
        peak_rss_bytes=max(record["peak_rss_bytes"] for record in records),
        machine=" and ".join(sorted(machines)),
    )
