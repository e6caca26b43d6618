"""What the arms are called, and where what belongs to them is found."""

from pathlib import Path
from typing import NamedTuple

from viewcache.ground.params.schema import Train
from viewcache.ground.paths import cached_head_file, end_to_end_head_file
from viewcache.heads.schedule import views_of_budget

END_TO_END = {"keras": "end_to_end", "compiled": "end_to_end_compiled"}
"""From the base that end-to-end was trained on to the name of the arm."""


class TrainedHead(NamedTuple):
    """A head that an arm trained with a seed, and its file."""

    arm: str
    seed: int
    path: Path


def cached_head(budget: int, seed: int) -> TrainedHead:
    return TrainedHead(f"cached_{budget}", seed, cached_head_file(budget, seed))


def end_to_end_head(kind: str, seed: int) -> TrainedHead:
    return TrainedHead(END_TO_END[kind], seed, end_to_end_head_file(kind, seed))


def trained_heads(settings: Train) -> list[TrainedHead]:
    """Every head that the stages trained, arm by arm."""
    cached = [cached_head(budget, seed) for budget in settings.budgets for seed in settings.seeds]
    return cached + [
        end_to_end_head(kind, seed)
        for kind in settings.end_to_end_bases
        for seed in settings.end_to_end_seeds
    ]


def budget_of(arm: str) -> int | None:
    """Number of cached views; None for end-to-end."""
    return int(arm.removeprefix("cached_")) if arm.startswith("cached_") else None


def training_stage(arm: str) -> str:
    """The stage that trained an arm, as its costs are named."""
    if budget_of(arm) is not None:
        return "train_head"
    [kind] = [kind for kind, name in END_TO_END.items() if name == arm]
    return f"train_end_to_end_{kind}"


def feature_stages(arm: str) -> list[str]:
    """The stages that made an arm's features, as their costs are named."""
    budget = budget_of(arm)
    if budget is None:
        return [training_stage(arm)]
    return [f"extract_{view}" for view in views_of_budget(budget)]
