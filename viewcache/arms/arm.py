"""What is compared: the ways to train."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from viewcache.ground.params.schema import Train
from viewcache.ground.paths import cached_head_file, end_to_end_head_file
from viewcache.heads.schedule import views_of_budget

Kind = Literal["keras", "compiled"]


@dataclass(frozen=True)
class Arm:
    """One way to train.

    Attributes:
        budget: Number of cached views that it reads; None where it renders every epoch's afresh.
        kind: What runs its base: Keras, or the runtime that the base was compiled for.
        seeds: Of its heads.
    """

    budget: int | None
    kind: Kind
    seeds: tuple[int, ...]

    @property
    def name(self) -> str:
        if self.budget is not None:
            return f"cached_{self.budget}"
        return "end_to_end" if self.kind == "keras" else "end_to_end_compiled"

    def __str__(self) -> str:
        return self.name

    @property
    def views(self) -> list[int]:
        """Ids of the cached views that it reads."""
        return [] if self.budget is None else views_of_budget(self.budget)

    @property
    def training_stage(self) -> str:
        """The stage that trains it, as its costs are named."""
        return "train_head" if self.budget is not None else f"train_end_to_end_{self.kind}"

    @property
    def feature_stages(self) -> list[str]:
        """The stages that make its features, as their costs are named."""
        return [f"extract_{view}" for view in self.views] or [self.training_stage]

    def head_file(self, seed: int) -> Path:
        if self.budget is not None:
            return cached_head_file(self.budget, seed)
        return end_to_end_head_file(self.kind, seed)


def arms_of(settings: Train) -> list[Arm]:
    """Every arm that the stages train: on cached views by budget, then end to end."""
    return [
        *(cached(budget, settings.seeds) for budget in settings.budgets),
        *(end_to_end(kind, settings.end_to_end_seeds) for kind in settings.end_to_end_bases),
    ]


def cached(budget: int, seeds: Sequence[int]) -> Arm:
    return Arm(budget, "compiled", tuple(seeds))


def end_to_end(kind: Kind, seeds: Sequence[int]) -> Arm:
    return Arm(None, kind, tuple(seeds))
