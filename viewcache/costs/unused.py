"""What early stopping leaves unused: views that were extracted for epochs that were not run."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from viewcache.arms.arm import Arm
from viewcache.costs.ledger import Load
from viewcache.heads.schedule import view_of_epoch


@dataclass(frozen=True)
class Unused:
    """Views of an arm that no seed read.

    Attributes:
        unused_seconds: What they cost; None where that was timed on several machines.
    """

    unused_views: int
    unused_seconds: float | None


def unused_of_arms(arms: Sequence[Arm], runs: pd.DataFrame, load: Load) -> dict[Arm, Unused]:
    """What no seed of each arm read.

    Args:
        runs: One row an arm and seed: `arm`, and `epochs`, how many were run.
    """
    most = runs.groupby("arm")["epochs"].max()
    views = {arm: _unused_views(arm, int(most[arm.name])) for arm in arms}
    return {arm: Unused(len(unused), _seconds(unused, load)) for arm, unused in views.items()}


def _unused_views(arm: Arm, epochs: int) -> list[int]:
    if arm.budget is None:
        return []
    read = {view_of_epoch(epoch, arm.budget) for epoch in range(1, epochs + 1)}
    return [view for view in arm.views if view not in read]


def _seconds(views: list[int], load: Load) -> float | None:
    """Drawing, rendering and base passes of views, and the start of a process for each."""
    extracts = [load(f"extract_{view}") for view in views]
    if len({record["machine"]["id"] for record in extracts}) > 1:
        return None
    drawn = load("augment")["seconds"]
    drawing = sum(drawn[f"view {view}"] for view in views)
    return drawing + sum(
        record["seconds"]["setup"] + record["seconds"]["extract"] for record in extracts
    )
