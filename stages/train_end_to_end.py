"""Train the head end to end, on freshly rendered views: `python -m stages.train_end_to_end BASE`.

BASE is `keras` for what the book builds, a frozen Keras base and the head in one model, or
`compiled` for the compiled base that `extract` runs.
"""

import sys
from contextlib import nullcontext
from functools import partial
from typing import cast

import numpy as np

from viewcache.arms.arm import Arm, Kind, end_to_end_arms, kept_epochs
from viewcache.bases.artifact import load_layers_above_cut, load_original, open_base
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, END_TO_END, PARTS, PREPARED, SEEN, seen_file
from viewcache.ground.progress import Progress
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import end_to_end, training
from viewcache.heads.head import build_head
from viewcache.heads.optimizer import learning_rate_of
from viewcache.heads.saved import Trained, save_heads
from viewcache.images.folds import Rotation, open_rotations
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.views.fresh import fresh_views


def main() -> None:
    kind, params = cast("Kind", sys.argv[1]), load_params()
    for folder in (END_TO_END, SEEN):
        (folder / kind).mkdir(parents=True, exist_ok=True)  # also where no epoch is to be run
    rotations, costs = open_rotations(PARTS), Stopwatch(params.work)
    arms = [arm for arm in end_to_end_arms(params, rotations) if arm.kind == kind]
    for arm in arms:
        _train_arm(params, arm, rotations, costs)
    passes = sum(arm.epochs * len(rotations[arm.rotations[0]].train) for arm in arms)
    costs.save(f"train_end_to_end_{kind}", passes=passes)


def _train_arm(params: Params, arm: Arm, rotations: list[Rotation], costs: Stopwatch) -> None:
    training.make_deterministic()
    with costs.phase("open"):
        images, base = open_prepared(PREPARED), _open(params, arm.kind)
        opened = images.read_detailed()
    with opened as pixels, costs.monitored():
        read = fresh_views(pixels, images.digests, params.augment, params.seed)
        for seed, number in arm.trainings:
            rotation = rotations[number]
            trained, seen = _train(params, arm, base, images, read, rotation, seed, costs)
            parts = images.of(rotation.train), images.of(rotation.validation)
            save_heads(partial(arm.head_file, seed, number), trained, *parts)
            if (seed, number) == arm.trainings[0]:
                end_to_end.save_seen(seen_file(arm.kind), seen, base)


def _open(params: Params, kind: Kind) -> end_to_end.EndToEndBase:
    if kind == "compiled":
        return end_to_end.on_compiled(open_base(BASE, params.base.batch_size))
    return end_to_end.on_keras(load_original(BASE))


def _train(
    params: Params,
    arm: Arm,
    base: end_to_end.EndToEndBase,
    images: Prepared,
    read: training.Reader,
    rotation: Rotation,
    seed: int,
    costs: Stopwatch,
) -> tuple[Trained, end_to_end.Seen]:
    settings, classes = params.train, len(read_classes(PREPARED))
    name = arm.training_name(seed, rotation.number)
    with costs.phase("validation"):
        validation = end_to_end.validate_on(
            base, read, rotation.validation, images.labels, settings.batch_size
        )
    width, upper = validation.features[:1].shape[-1], load_layers_above_cut(BASE)
    head = build_head(width, classes, settings.head, learning_rate_of(settings), seed, upper)
    targets = training.make_targets(images.labels, rotation.train, settings.class_weights)
    kept = kept_epochs(params.arms.seeds[0], arm, seed, rotation.number)
    reading = training.ReadingOrder(
        arm.views(seed), arm.course.epochs, settings.batch_size, seed, kept
    )
    total = arm.epochs * len(rotation.train)
    with (
        Progress("end to end", total, "images") as bar,
        costs.phase(f"{name} fit"),
    ):
        timed = costs.timed(f"{name} augment", read)

        def render(view: int, rows: np.ndarray) -> np.ndarray:
            bar.update(len(rows))
            return timed(view, rows)

        return end_to_end.train_end_to_end(
            base,
            head,
            render,
            targets,
            validation,
            reading,
            lambda view: nullcontext() if view else costs.part(f"{name} originals"),
        )


if __name__ == "__main__":
    run(main)
