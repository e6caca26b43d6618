"""Train the head end to end, on freshly rendered views: `python -m stages.train_end_to_end BASE`.

BASE is `keras` for what the book builds, a frozen Keras base and the head in one model, or
`compiled` for the compiled base that `extract` runs.
"""

import sys
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from viewcache.bases.artifact import open_base
from viewcache.bases.frozen import load_base
from viewcache.ground.entry import run
from viewcache.ground.files import write_whole
from viewcache.ground.manifests import seal
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, PARTS, PREPARED, end_to_end_head_file, seen_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import training
from viewcache.heads.end_to_end import EndToEndBase, Seen, on_compiled, on_keras, train_end_to_end
from viewcache.heads.head import build_head
from viewcache.heads.saved import Trained, save_head
from viewcache.heads.schedule import views_of_training
from viewcache.images.folds import Rotation, open_rotations
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.views.fresh import fresh_views


def main() -> None:
    kind, params = sys.argv[1], load_params()
    training.make_deterministic()
    images, rotations, costs = open_prepared(PREPARED), open_rotations(PARTS), Stopwatch()
    base = _open(kind, params)
    wanted = [rotations[number] for number in params.train.end_to_end_rotations]
    trainings = list(product(wanted, params.train.end_to_end_seeds))
    with images.read() as pixels, costs.monitored():
        read = fresh_views(pixels, images.digests, params.augment, params.seed)
        for rotation, seed in trainings:
            trained, seen = _train(params, base, images, read, rotation, seed, costs)
            path = end_to_end_head_file(kind, seed, rotation.number)
            save_head(path, trained, images.of(rotation.train), images.of(rotation.validation))
            if (rotation, seed) == trainings[0]:
                _save_seen(seen_file(kind), seen, base)
    costs.save(f"train_end_to_end_{kind}")


def _open(kind: str, params: Params) -> EndToEndBase:
    if kind == "compiled":
        return on_compiled(open_base(BASE, params.extract.batch_size))
    model, train = load_base(params.base_spec), params.train
    return on_keras(model, train.learning_rate, train.head.weight_decay)


def _train(
    params: Params,
    base: EndToEndBase,
    images: Prepared,
    read: training.Reader,
    rotation: Rotation,
    seed: int,
    costs: Stopwatch,
) -> tuple[Trained, Seen]:
    settings, classes = params.train, len(read_classes(PREPARED))
    validation = _validation(base, images, read, rotation, settings.batch_size)
    width = validation.features[:1].shape[1]
    head = build_head(width, classes, settings.head, settings.learning_rate, seed)
    targets = training.make_targets(images.labels, rotation.train, settings.class_weights)
    views = views_of_training(settings.epochs, params.extract.random_views, seed)
    schedule = training.Schedule(
        settings.epochs, settings.batch_size, views, seed, settings.patience
    )
    total, name = settings.epochs * len(rotation.train), f"seed {seed} rotation {rotation.number}"
    with (
        tqdm(total=total, desc="end to end", unit=" images", disable=None, leave=False) as bar,
        costs.phase(f"{name} fit"),
    ):
        timed = costs.timed(f"{name} augment", read)

        def render(view: int, rows: np.ndarray) -> np.ndarray:
            bar.update(len(rows))
            return timed(view, rows)

        return train_end_to_end(base, head, render, targets, validation, schedule)


def _validation(
    base: EndToEndBase,
    images: Prepared,
    read: training.Reader,
    rotation: Rotation,
    batch_size: int,
) -> training.Validation:
    """Of the validation images as they are."""
    rows = rotation.validation
    batches = np.split(rows, range(batch_size, len(rows), batch_size))
    features = [base.features(base.prepare(read(0, batch))) for batch in batches]
    return training.Validation(np.concatenate(features), images.labels[rows])


def _save_seen(path: Path, seen: Seen, base: EndToEndBase) -> None:
    """Keep the features of a batch that training saw, for `replay` to hold to the images."""
    features = base.features(seen.inputs)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, partial(np.savez, rows=seen.rows, features=features))
    seal(path, view=seen.view)


if __name__ == "__main__":
    run(main)
