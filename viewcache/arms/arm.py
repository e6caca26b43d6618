"""What is compared: the ways to train."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Literal

from viewcache.ground.params.schema import Params, Train
from viewcache.ground.paths import (
    STORED_ACTIVATIONS,
    STORED_FEATURES,
    Store,
    cached_head_file,
    end_to_end_head_file,
    smaller_head_file,
    tuned_head_file,
)
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
        divisor: It was trained on one in so many of the training images.
        tuned: Whether the layers above extract.cut were trained with the head; what is cached
            then, or rendered afresh, ends at the cut.
    """

    budget: int | None
    kind: Kind
    seeds: tuple[int, ...]
    rotations: tuple[int, ...]
    divisor: int = 1
    tuned: bool = False

    @property
    def name(self) -> str:
        if self.tuned:
            return "tuned_end_to_end" if self.budget is None else f"tuned_cached_{self.budget}"
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
        if self.tuned:
            return "train_fine_tune"
        return "train_head" if self.budget is not None else f"train_end_to_end_{self.kind}"

    @property
    def store(self) -> Store:
        """Where what it trains on lies, if it is cached."""
        return STORED_ACTIVATIONS if self.tuned else STORED_FEATURES

    def training_name(self, seed: int, rotation: int) -> str:
        """One of its trainings, as its costs are named."""
        return f"{self} seed {seed} rotation {rotation}"

    def views(self, random_views: Sequence[int], seed: int) -> list[int]:
        """Ids of the cached views that it reads with a seed."""
        return [] if self.budget is None else views_of_training(self.budget, random_views, seed)

    def head_file(self, seed: int, rotation: int) -> Path:
        if self.tuned:
            return tuned_head_file(self.name, seed, rotation)
        if self.divisor > 1 and self.budget is not None:
            return smaller_head_file(self.divisor, self.budget, seed, rotation)
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


def tuned_arms(params: Params, rotations: int) -> list[Arm]:
    """Every arm that trains the layers above the cut too; none where there is no cut.

    Args:
        rotations: How many there are.
    """
    if params.extract.cut is None:
        return []
    settings = params.train
    matched = settings.end_to_end_seeds, settings.end_to_end_rotations
    arms = [cached(k, params.fine_tune.seeds, range(rotations)) for k in params.fine_tune.budgets]
    return [replace(arm, tuned=True) for arm in [*arms, end_to_end("compiled", *matched)]]


def cached(budget: int, seeds: Sequence[int], rotations: Sequence[int]) -> Arm:
    return Arm(budget, "compiled", tuple(seeds), tuple(rotations))


def end_to_end(kind: Kind, seeds: Sequence[int], rotations: Sequence[int]) -> Arm:
    return Arm(None, kind, tuple(seeds), tuple(rotations))
