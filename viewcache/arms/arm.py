"""What is compared: the ways to train."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Literal

from viewcache.ground.params.epochs import epochs_for
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import cached_head_file, end_to_end_head_file
from viewcache.heads.course import Course, course
from viewcache.images.folds import Rotation

Kind = Literal["keras", "compiled"]
Role = Literal["baseline", "cached", "views_only", "end_to_end"]
"""What an arm is there for: to be tried first, to be recommended, as the book's way, or to be held
to those on cached views."""
BASELINE = "baseline"
KEPT_EPOCHS = (1, 2, 3, 4)
"""Epochs after which weights are kept, where a training is held to one end to end."""


@dataclass(frozen=True)
class Arm:
    """One way to train.

    Attributes:
        name: In files and in MLflow.
        random_views: That its trainings read.
        fresh: Whether they are rendered afresh in every epoch, as end to end does; else cached.
        kind: What runs its base: Keras, or the runtime that the base was compiled for.
        seeds: Of its trainings.
        rotations: Numbers of those that it is trained in; each tests another fold.
        course: Of a whole training.
        epochs: That are run: fewer than the course has where end to end is cut short.
    """

    name: str
    random_views: int
    fresh: bool
    kind: Kind
    seeds: tuple[int, ...]
    rotations: tuple[int, ...]
    course: Course
    epochs: int

    def __str__(self) -> str:
        return self.name

    @property
    def trainings(self) -> list[tuple[int, int]]:
        """Seed and rotation of every head."""
        return list(product(self.seeds, self.rotations))

    @property
    def is_whole(self) -> bool:
        """Whether its trainings run to their end: else it has no accuracy."""
        return self.epochs == self.course.epochs

    @property
    def role(self) -> Role:
        if self.fresh:
            return "end_to_end"
        if self.name == BASELINE:
            return "baseline"
        return "views_only" if self.name.startswith("views_only") else "cached"

    @property
    def trains_on_cache(self) -> bool:
        """Whether its heads are trained on cached features, epoch by epoch."""
        return self.role in ("cached", "views_only")

    @property
    def is_twin(self) -> bool:
        """Whether it trains, on cached views, the heads of end to end."""
        usual = course(self.epochs, self.course.originals) == self.course
        return usual and not self.fresh and self.random_views == self.course.random_views

    @property
    def training_stage(self) -> str:
        """The stage that trains it, as its costs are named."""
        return f"train_end_to_end_{self.kind}" if self.fresh else "train_head"

    def training_name(self, seed: int, rotation: int) -> str:
        """One of its trainings, as its costs are named."""
        return f"{self} seed {seed} rotation {rotation}"

    def views(self, seed: int) -> list[int]:
        """The view that each epoch reads that is run."""
        return self.course.views(self.random_views, seed)[: self.epochs]

    def head_file(self, seed: int, rotation: int, epoch: int | None = None) -> Path:
        """Where a head lies as it ended, or as it was after an epoch."""
        end = str(rotation) if epoch is None else f"{rotation}_epoch_{epoch}"
        if self.fresh:
            return end_to_end_head_file(self.kind, seed, end)
        return cached_head_file(self.name, seed, end)


def kept_epochs(first_seed: int, arm: Arm, seed: int, rotation: int) -> Sequence[int]:
    """Epochs after which weights of a training are kept, besides the last.

    Of the first seed in rotation 0 both ways keep them, to be compared.

    Args:
        first_seed: Of the arms on cached views.
    """
    if (arm.is_twin or arm.fresh) and (seed, rotation) == (first_seed, 0):
        return [epoch for epoch in KEPT_EPOCHS if epoch <= arm.epochs]
    return []


def course_of(params: Params, rotations: Iterable[Rotation]) -> Course:
    """The course of every arm: the same in all rotations, whose numbers of images differ little."""
    images = round(mean(len(rotation.train) for rotation in rotations))
    settings = params.train
    if settings.epochs == "auto":
        return course(epochs_for(images, settings.batch_size), settings.originals)
    return course(settings.epochs, settings.originals)


def cached_arms(params: Params, rotations: Sequence[Rotation]) -> list[Arm]:
    """The arms on cached views, by their number: `cached_0` first, the twin last."""
    whole = course_of(params, rotations)
    budgets = {whole.random_views if one == "twin" else one for one in params.arms.budgets}
    numbers = [rotation.number for rotation in rotations]
    return [cached(budget, params.arms.seeds, numbers, whole) for budget in sorted(budgets)]


def book_arm(params: Params, rotations: Sequence[Rotation]) -> Arm | None:
    """The book's way: as many views as the twin has, in every epoch, and never the images.

    None where `train.originals` is the book's anyway.
    """
    *_, twin = cached_arms(params, rotations)
    if params.train.originals == "never":
        return None
    views_only = replace(twin.course, originals="never")
    return replace(twin, name=f"views_only_{twin.random_views}", course=views_only)


def baseline_arm(params: Params, rotations: Sequence[Rotation]) -> Arm:
    """Logistic regression on the images as they are, which has no seed: one training a rotation."""
    first, *_ = cached_arms(params, rotations)
    return replace(first, name=BASELINE, seeds=first.seeds[:1])


def compared_on_cache(params: Params, rotations: Sequence[Rotation]) -> list[Arm]:
    """All arms on cached views that are told of: the baseline first, the book's way last."""
    book = book_arm(params, rotations)
    arms = [baseline_arm(params, rotations), *cached_arms(params, rotations)]
    return [*arms, book] if book else arms


def longer_arms(params: Params, rotations: Sequence[Rotation]) -> dict[Arm, Arm]:
    """`cached_0` and the twin, of one seed each, and beside them the same trained twice as long."""
    first, *_, twin = cached_arms(params, rotations)
    usual = [replace(arm, seeds=arm.seeds[:1]) for arm in (first, twin)]
    return {arm: twice_as_long(arm) for arm in usual}


def end_to_end_arms(params: Params, rotations: Sequence[Rotation]) -> list[Arm]:
    """The arms that train end to end, but for those of which no epoch is run; by hand in Keras only
    where Keras has the base."""
    whole = course_of(params, rotations)
    wanted = params.end_to_end
    by_hand = wanted.keras if params.base.in_keras else 0
    arms = [
        end_to_end("keras", wanted.seeds, wanted.rotations, whole, by_hand),
        end_to_end("compiled", wanted.seeds, wanted.rotations, whole, wanted.compiled),
    ]
    return [arm for arm in arms if arm.epochs]


def cached(budget: int, seeds: Sequence[int], rotations: Sequence[int], whole: Course) -> Arm:
    name = f"cached_{budget}"
    trainings = tuple(seeds), tuple(rotations)
    return Arm(name, budget, False, "compiled", *trainings, whole, whole.epochs)


def end_to_end(
    kind: Kind,
    seeds: Sequence[int],
    rotations: Sequence[int],
    whole: Course,
    epochs: int | Literal["all"] = "all",
) -> Arm:
    name = "end_to_end" if kind == "keras" else "end_to_end_compiled"
    run = whole.epochs if epochs == "all" else min(epochs, whole.epochs)
    return Arm(name, whole.random_views, True, kind, tuple(seeds), tuple(rotations), whole, run)


def twice_as_long(arm: Arm) -> Arm:
    """With the views that there are, so that no base pass is made for it."""
    twice = replace(arm.course, epochs=2 * arm.course.epochs)
    return replace(arm, name=f"{arm}_twice_as_long", course=twice, epochs=twice.epochs)
