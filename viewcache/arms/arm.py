"""What is compared: the ways to train."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from viewcache.ground.params.schema import Train
from viewcache.ground.paths import cached_head_file, end_to_end_head_file
from viewcache.heads.schedule import views_of_training

Kind = Literal["keras", "compiled"]


@dataclass(frozen=True)
class Arm:
    """One way to train.

    Attributes:
        budget: Number of cached views that it reads; None where it renders every epoch's afresh.
        kind: What runs its base: Keras, or the runtime that the base was compiled for.
        seeds: Of its trainings.
        rotations: Of the images that it was trained in, by number.
    """

    budget: int | None
    kind: Kind
    seeds: tuple[int, ...]
    rotations: tuple[int, ...]

    @property
    def name(self) -> str:
        if self.budget is not None:
            return f"cached_{self.budget}"
        return "end_to_end" if self.kind == "keras" else "end_to_end_compiled"

    def __str__(self) -> str:
        return self.name

    @property
    def trainings(self) -> list[tuple[int, int]]:
        """Seed and rotation of every head."""
        return list(product(self.seeds, self.rotations))

    @property
    def training_stage(self) -> str:
        """The stage that trains it, as its costs are named."""
        return "train_head" if self.budget is not None else f"train_end_to_end_{self.kind}"

    def training_name(self, seed: int, rotation: int) -> str:
        """One of its trainings, as its costs are named."""
        return f"{self} seed {seed} rotation {rotation}"

    def views(self, random_views: Sequence[int], seed: int) -> list[int]:
        """Ids of the cached views that it reads with a seed."""
        return [] if self.budget is None else views_of_training(self.budget, random_views, seed)

    def head_file(self, seed: int, rotation: int) -> Path:
        if self.budget is not None:
            return cached_head_file(self.budget, seed, rotation)
        return end_to_end_head_file(self.kind, seed, rotation)


def arms_of(settings: Train, rotations: int) -> list[Arm]:
    """Every arm that the stages train: on cached views by budget, then end to end.

    Args:
        rotations: How many there are.
    """
    matched = settings.end_to_end_rotations
    return [
        *(cached(budget, settings.seeds, range(rotations)) for budget in sorted(settings.budgets)),
        *(end_to_end(kind, settings.end_to_end_seeds, matched) for kind in settings.end_to_end),
    ]


def cached(budget: int, seeds: Sequence[int], rotations: Sequence[int]) -> Arm:
    return Arm(budget, "compiled", tuple(seeds), tuple(rotations))


def end_to_end(kind: Kind, seeds: Sequence[int], rotations: Sequence[int]) -> Arm:
    return Arm(None, kind, tuple(seeds), tuple(rotations))
