"""What early stopping leaves unused: views that were extracted for epochs that were not run."""

from typing import Any

import pandas as pd

from viewcache.arms.arm import budget_of
from viewcache.costs.ledger import Load
from viewcache.heads.schedule import view_of_epoch, views_of_budget


def unused_of_arms(runs: pd.DataFrame, load: Load) -> dict[str, dict[str, Any]]:
    """For each arm: `unused_views`, which no seed read, and `unused_seconds`, what they cost.

    The seconds are None where they were taken on several machines.

    Args:
        runs: One row an arm and seed: `arm`, and `epochs`, how many were run.
    """
    most = runs.groupby("arm", sort=False)["epochs"].max()
    unused = {str(arm): _unused_views(str(arm), int(epochs)) for arm, epochs in most.items()}
    return {
        arm: {"unused_views": len(views), "unused_seconds": _seconds(views, load)}
        for arm, views in unused.items()
    }


def _unused_views(arm: str, epochs: int) -> list[int]:
    budget = budget_of(arm)
    if budget is None:
        return []
    read = {view_of_epoch(epoch, budget) for epoch in range(1, epochs + 1)}
    return [view for view in views_of_budget(budget) if view not in read]


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
