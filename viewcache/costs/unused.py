"""What early stopping leaves unused: views that were extracted for epochs that were not run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viewcache.arms.arm import Arm
from viewcache.costs.ledger import Load
from viewcache.ground.paths import extraction_record
from viewcache.heads.schedule import view_of_epoch


@dataclass(frozen=True)
class Unused:
    """Views of an arm that no seed read.

    Attributes:
        unused_seconds: What they cost; None where that was timed on several machines.
    """

    unused_views: int
    unused_seconds: float | None


def unused_of_arms(
    epochs: Mapping[Arm, Mapping[int, int]], random_views: Sequence[int], load: Load
) -> dict[Arm, Unused]:
    """What no training of each arm read.

    Args:
        epochs: By arm and seed: the most that any of these trainings ran.
        random_views: Ids of the views that may be trained on.
    """
    views = {arm: _unused_views(arm, ran, random_views) for arm, ran in epochs.items()}
    return {arm: Unused(len(unused), _seconds(unused, load)) for arm, unused in views.items()}


def _unused_views(arm: Arm, epochs: Mapping[int, int], random_views: Sequence[int]) -> list[int]:
    planned = {seed: arm.views(random_views, seed) for seed in epochs}
    read = {
        view_of_epoch(epoch, views)
        for seed, views in planned.items()
        if views
        for epoch in range(1, epochs[seed] + 1)
    }
    return sorted(set().union(*planned.values()) - read)


def _seconds(views: list[int], load: Load) -> float | None:
    """Drawing, rendering and base passes of views, and the start of a process for each."""
    extracts = [load(extraction_record(view)) for view in views]
    if len({record["machine"]["id"] for record in extracts}) > 1:
        return None
    drawn = load("augment")["seconds"]
    drawing = sum(drawn[f"view {view}"] for view in views)
    return drawing + sum(
        record["seconds"]["setup"] + record["seconds"]["extract"] for record in extracts
    )
