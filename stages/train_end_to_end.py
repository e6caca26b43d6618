"""Train the head end to end, on freshly rendered views: `python -m stages.train_end_to_end BASE`.

BASE is `keras` for what the book builds, a frozen Keras base and the head in one model, or
`compiled` for the compiled base that `extract` runs.
"""

import sys

import numpy as np
from tqdm import tqdm

from stages.bases.artifact import open_base
from stages.bases.frozen import load_base
from stages.costs import Costs
from stages.errors import PipelineError, run
from stages.heads import training
from stages.heads.end_to_end import EndToEndBase, on_compiled, on_keras
from stages.heads.head import build_head, save_head
from stages.images.prepared import open_prepared, read_images
from stages.params import Params, Train, load_params
from stages.paths import BASE, PREPARED, end_to_end_head_file, replay_file
from stages.views.fresh import fresh_views


def main() -> None:
    kind, params = sys.argv[1], load_params()
    training.make_deterministic()
    prepared = open_prepared(PREPARED)
    base = _open(kind, params)
    before = base.fingerprint()
    costs = Costs()
    labels = prepared.labels("train")
    with read_images(prepared) as images:
        rows, size = prepared.rows("validation"), params.train.batch_size
        batches = np.split(rows, range(size, len(rows), size))
        features = np.concatenate([base.features(images.read(batch)) for batch in batches])
        validation = training.Validation(features, prepared.labels("validation"))
        rows, digests = prepared.rows("train"), prepared.digests("train")
        read = fresh_views(images, rows, digests, params.augment, params.seed)
        for seed in params.train.end_to_end_seeds:
            _train(kind, params.train, base, read, labels, validation, seed, costs)
            if base.fingerprint() != before:
                raise PipelineError(f"the base must stay {before}. Received: {base.fingerprint()}")
        _save_replay(kind, params.train, base, read, len(labels))
    costs.save(f"train_end_to_end_{kind}")


def _open(kind: str, params: Params) -> EndToEndBase:
    if kind == "compiled":
        return on_compiled(open_base(BASE, params.extract.batch_size))
    return on_keras(load_base(params.base_spec), params.train.learning_rate)


def _train(
    kind: str,
    settings: Train,
    base: EndToEndBase,
    read: training.Reader,
    labels: np.ndarray,
    validation: training.Validation,
    seed: int,
    costs: Costs,
) -> None:
    width = validation.features.shape[1]
    head = build_head(width, settings.learning_rate, seed, **settings.head.model_dump())
    render = costs.timed(f"seed {seed} augment", read)
    total = settings.epochs * len(labels)
    with tqdm(total=total, desc="end to end", unit=" images", disable=None) as bar:

        def inputs(view: int, rows: np.ndarray) -> np.ndarray:
            bar.update(len(rows))
            return base.prepare(render(view, rows))

        with costs.phase(f"seed {seed} fit"):
            history = training.train(
                base.attach(head),
                head,
                inputs,
                labels,
                validation,
                epochs=settings.epochs,
                batch_size=settings.batch_size,
                budget=settings.epochs,
                seed=seed,
            )
    save_head(head, end_to_end_head_file(kind, seed))
    training.save_history(history, end_to_end_head_file(kind, seed))


def _save_replay(
    kind: str, settings: Train, base: EndToEndBase, read: training.Reader, images: int
) -> None:
    """Keep the features of the last epoch's first batch, for `evaluate` to hold to the cache."""
    view = settings.epochs
    order = training.order_of_epoch(view, images, settings.end_to_end_seeds[0])
    rows = order[: settings.batch_size]
    np.savez(replay_file(kind), view=view, rows=rows, features=base.features(read(view, rows)))


if __name__ == "__main__":
    run(main)
