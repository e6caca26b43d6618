"""Train the head on the frozen base, end to end, on freshly rendered views."""

from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from stages.bases.frozen import FrozenBase, identity, load_base
from stages.costs import Costs
from stages.errors import PipelineError, run
from stages.heads import training
from stages.heads.head import build_head, compile_model, save_head
from stages.images.prepared import open_prepared, read_images
from stages.params import Train, load_params
from stages.prepare import PREPARED
from stages.views.fresh import fresh_views

END_TO_END = Path("models/end_to_end")
REPLAY = END_TO_END / "replay.npz"


def head_path(seed: int) -> Path:
    return END_TO_END / f"{seed}.npz"


def main() -> None:
    params = load_params()
    training.make_deterministic()
    prepared = open_prepared(PREPARED)
    base = load_base(params.extract.base, params.data.image_size, params.extract.pooling)
    frozen = identity(base)
    costs = Costs()
    with read_images(prepared) as images:
        validation = training.Validation(
            FrozenBase(base, params.train.batch_size).run_over(images, prepared.rows("validation")),
            prepared.labels("validation"),
        )
        read = fresh_views(
            images,
            prepared.rows("train"),
            prepared.digests("train"),
            params.augment,
            params.seed,
        )
        for seed in params.train.end_to_end_seeds:
            _train(params.train, prepared.labels("train"), base, read, validation, seed, costs)
            if identity(base) != frozen:
                raise PipelineError(f"the base must stay frozen ({frozen}). Received: changes")
        _save_replay(params.train, len(prepared.rows("train")), base, read)
    costs.save("train_end_to_end")


def _train(
    settings: Train,
    labels: np.ndarray,
    base: keras.Model,
    read: training.Reader,
    validation: training.Validation,
    seed: int,
    costs: Costs,
) -> None:
    """Train and save one head. The model is what the book builds: a frozen base and a head."""
    head = build_head(
        base.output_shape[-1], settings.learning_rate, seed, **settings.head.model_dump()
    )
    model = keras.Sequential([base, head])
    compile_model(model, settings.learning_rate)
    total = settings.epochs * len(labels)
    with tqdm(total=total, desc="end to end", unit=" images", disable=None) as bar:
        timed = _counted(costs.timed(f"seed {seed} augment", read), bar)
        with costs.phase(f"seed {seed} fit"):
            history = training.train(
                model,
                head,
                timed,
                labels,
                validation,
                epochs=settings.epochs,
                batch_size=settings.batch_size,
                budget=settings.epochs,
                seed=seed,
            )
    save_head(head, head_path(seed))
    training.save_history(history, head_path(seed))


def _counted(read: training.Reader, bar: tqdm) -> training.Reader:
    def counting(view: int, rows: np.ndarray) -> np.ndarray:
        bar.update(len(rows))
        return read(view, rows)

    return counting


def _save_replay(settings: Train, images: int, base: keras.Model, read: training.Reader) -> None:
    """Keep the features of the last epoch's first batch, for `evaluate` to hold to the cache."""
    view = settings.epochs
    order = training.order_of_epoch(view, images, settings.end_to_end_seeds[0])
    rows = order[: settings.batch_size]
    np.savez(REPLAY, view=view, rows=rows, features=base.predict_on_batch(read(view, rows)))


if __name__ == "__main__":
    run(main)
