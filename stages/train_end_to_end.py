"""Train the head end to end, on freshly rendered views: `python -m stages.train_end_to_end BASE`.

BASE is `keras` for what the book builds, a frozen Keras base and the head in one model, or
`compiled` for the compiled base that `extract` runs.
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from viewcache.bases.artifact import open_base
from viewcache.bases.frozen import load_base
from viewcache.ground.entry import run
from viewcache.ground.files import write_whole
from viewcache.ground.manifests import seal
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params, Train
from viewcache.ground.paths import BASE, PREPARED, end_to_end_head_file, seen_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import training
from viewcache.heads.end_to_end import EndToEndBase, Seen, on_compiled, on_keras, train_end_to_end
from viewcache.heads.head import build_head
from viewcache.heads.saved import Trained, save_head
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.views.fresh import fresh_views


def main() -> None:
    kind, params = sys.argv[1], load_params()
    training.make_deterministic()
    train, held_out = (open_prepared(PREPARED / split) for split in ("train", "validation"))
    base = _open(kind, params)
    costs = Stopwatch()
    validation = _features(base, held_out, params.train.batch_size)
    targets = training.make_targets(train.labels, params.train.class_weights)
    with train.read() as pixels:
        read = fresh_views(pixels, train.digests, params.augment, params.seed)
        for seed in params.train.end_to_end_seeds:
            trained, seen = _train(params.train, base, read, targets, validation, seed, costs)
            save_head(end_to_end_head_file(kind, seed), trained, train.digests, held_out.digests)
            if seed == params.train.end_to_end_seeds[0]:
                _save_seen(seen_file(kind), seen, base)
    costs.save(f"train_end_to_end_{kind}")


def _open(kind: str, params: Params) -> EndToEndBase:
    if kind == "compiled":
        return on_compiled(open_base(BASE, params.extract.batch_size))
    model, train = load_base(params.base_spec), params.train
    return on_keras(model, train.learning_rate, train.head.weight_decay)


def _features(base: EndToEndBase, images: Prepared, batch_size: int) -> training.Validation:
    rows = np.arange(len(images.labels))
    batches = np.split(rows, range(batch_size, len(rows), batch_size))
    with images.read() as pixels:
        inputs = (base.prepare(pixels.read(batch)) for batch in batches)
        features = np.concatenate([base.features(batch) for batch in inputs])
    return training.Validation(features, images.labels)


def _train(
    settings: Train,
    base: EndToEndBase,
    read: training.Reader,
    targets: training.Targets,
    validation: training.Validation,
    seed: int,
    costs: Stopwatch,
) -> tuple[Trained, Seen]:
    width, classes = validation.features.shape[1], len(read_classes(PREPARED))
    head = build_head(width, classes, settings.head, settings.learning_rate, seed)
    epochs, total = settings.epochs, settings.epochs * len(targets.labels)
    schedule = training.Schedule(epochs, settings.batch_size, epochs, seed, settings.patience)
    with (
        tqdm(total=total, desc="end to end", unit=" images", disable=None) as bar,
        costs.phase(f"seed {seed} fit"),
    ):
        timed = costs.timed(f"seed {seed} augment", read)

        def render(view: int, rows: np.ndarray) -> np.ndarray:
            bar.update(len(rows))
            return timed(view, rows)

        return train_end_to_end(base, head, render, targets, validation, schedule)


def _save_seen(path: Path, seen: Seen, base: EndToEndBase) -> None:
    """Keep the features of a batch that training saw, for `replay` to hold to the images."""
    features = base.features(seen.inputs)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, partial(np.savez, rows=seen.rows, features=features))
    seal(path, view=seen.view)


if __name__ == "__main__":
    run(main)
