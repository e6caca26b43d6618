"""Train the head end to end, on freshly rendered views: `python -m stages.train_end_to_end BASE`.

BASE is `keras` for what the book builds, a frozen Keras base and the head in one model, or
`compiled` for the compiled base that `extract` runs.
"""

import sys
from typing import cast

import numpy as np
from tqdm import tqdm

from viewcache.arms import arm as arms
from viewcache.arms.arm import Kind
from viewcache.bases.artifact import open_base
from viewcache.bases.frozen import load_base
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, PARTS, PREPARED, seen_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import end_to_end, training
from viewcache.heads.head import build_head
from viewcache.heads.saved import Trained, save_head
from viewcache.heads.schedule import views_of_training
from viewcache.images.folds import Rotation, open_rotations
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.views.fresh import fresh_views


def main() -> None:
    kind, params = cast("Kind", sys.argv[1]), load_params()
    training.make_deterministic()
    images, rotations, costs = open_prepared(PREPARED), open_rotations(PARTS), Stopwatch()
    base = _open(kind, params)
    settings = params.train
    arm = arms.end_to_end(kind, settings.end_to_end_seeds, settings.end_to_end_rotations)
    with images.read() as pixels, costs.monitored():
        read = fresh_views(pixels, images.digests, params.augment, params.seed)
        for seed, number in arm.trainings:
            rotation, name = rotations[number], arm.training_name(seed, number)
            trained, seen = _train(params, base, images, read, rotation, seed, name, costs)
            path = arm.head_file(seed, number)
            save_head(path, trained, images.of(rotation.train), images.of(rotation.validation))
            if (seed, number) == arm.trainings[0]:
                end_to_end.save_seen(seen_file(kind), seen, base)
    costs.save(arm.training_stage)


def _open(kind: Kind, params: Params) -> end_to_end.EndToEndBase:
    if kind == "compiled":
        return end_to_end.on_compiled(open_base(BASE, params.extract.batch_size))
    model, train = load_base(params.base_spec), params.train
    return end_to_end.on_keras(model, train.learning_rate, train.head.weight_decay)


def _train(
    params: Params,
    base: end_to_end.EndToEndBase,
    images: Prepared,
    read: training.Reader,
    rotation: Rotation,
    seed: int,
    name: str,
    costs: Stopwatch,
) -> tuple[Trained, end_to_end.Seen]:
    settings, classes = params.train, len(read_classes(PREPARED))
    validation = end_to_end.validate_on(
        base, read, rotation.validation, images.labels, settings.batch_size
    )
    width = validation.features[:1].shape[1]
    head = build_head(width, classes, settings.head, settings.learning_rate, seed)
    targets = training.make_targets(images.labels, rotation.train, settings.class_weights)
    views = views_of_training(settings.epochs, params.extract.random_views, seed)
    schedule = training.Schedule(
        settings.epochs, settings.batch_size, views, seed, settings.patience
    )
    total = settings.epochs * len(rotation.train)
    with (
        tqdm(total=total, desc="end to end", unit=" images", disable=None, leave=False) as bar,
        costs.phase(f"{name} fit"),
    ):
        timed = costs.timed(f"{name} augment", read)

        def render(view: int, rows: np.ndarray) -> np.ndarray:
            bar.update(len(rows))
            return timed(view, rows)

        return end_to_end.train_end_to_end(base, head, render, targets, validation, schedule)


if __name__ == "__main__":
    run(main)
