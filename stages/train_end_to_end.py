"""Train the head on the frozen base, end to end, on freshly rendered views."""

from functools import cache
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from stages.bases.frozen import FrozenBase, identity, load_base
from stages.costs import Costs
from stages.errors import PipelineError, run
from stages.heads.head import build_head, compile_model, save_head
from stages.heads.training import (
    Reader,
    ValidatedHistory,
    ViewSequence,
    make_deterministic,
    order_of_epoch,
    save_history,
    train,
)
from stages.images.prepared import Prepared, open_prepared, read_images
from stages.params import Params, load_params
from stages.prepare import PREPARED
from stages.views.plan import draw
from stages.views.render import render_all

END_TO_END = Path("models/end_to_end")
REPLAY = END_TO_END / "replay.npz"


def head_path(seed: int) -> Path:
    return END_TO_END / f"{seed}.npz"


def main() -> None:
    params = load_params()
    make_deterministic()
    prepared = open_prepared(PREPARED)
    base = load_base(params.extract.base, params.data.image_size, params.extract.pooling)
    costs = Costs()
    validation = _validation_features(prepared, base, params.train.batch_size)
    for seed in params.train.end_to_end_seeds:
        _train(params, prepared, base, validation, seed, costs)
    _save_replay(params, prepared, base)
    costs.save("train_end_to_end")


def _train(
    params: Params,
    prepared: Prepared,
    base: keras.Model,
    validation: np.ndarray,
    seed: int,
    costs: Costs,
) -> None:
    settings = params.train
    before = identity(base)
    head = build_head(
        base.output_shape[-1],
        settings.head.units,
        settings.head.dropout,
        settings.learning_rate,
        seed,
    )
    model = keras.Sequential([base, head])
    compile_model(model, settings.learning_rate)
    labels = prepared.labels("train")
    with tqdm(
        total=settings.epochs * len(labels), desc="end to end", unit=" images", disable=None
    ) as bar:
        read = _counted(fresh_views(params, prepared, costs, f"seed {seed} augment"), bar)
        views = ViewSequence(read, labels, settings.batch_size, settings.epochs, seed)
        with costs.phase(f"seed {seed} fit"):
            history = train(
                model,
                views,
                settings.epochs,
                ValidatedHistory(head, validation, prepared.labels("validation")),
            )
    if identity(base) != before:
        raise PipelineError(f"the base must stay frozen. Received: {identity(base)} for {before}")
    save_head(head, head_path(seed))
    save_history(history, head_path(seed))


def fresh_views(params: Params, prepared: Prepared, costs: Costs, phase: str) -> Reader:
    """A reader that draws and renders views of the training images each time they are asked for."""
    digests = prepared.digests("train")
    image_rows = prepared.rows("train")
    images = read_images(prepared)

    @cache
    def plan(view: int) -> np.ndarray:
        return draw(params.augment, params.seed, view, digests)

    def read(view: int, rows: np.ndarray) -> np.ndarray:
        with costs.phase(phase):
            return render_all(images.read(image_rows[rows]), plan(view)[rows])

    return read


def _counted(read: Reader, bar: tqdm) -> Reader:
    def counting(view: int, rows: np.ndarray) -> np.ndarray:
        bar.update(len(rows))
        return read(view, rows)

    return counting


def _validation_features(prepared: Prepared, base: keras.Model, batch_size: int) -> np.ndarray:
    frozen = FrozenBase(base, batch_size)
    rows = prepared.rows("validation")
    with read_images(prepared) as images:
        batches = [
            frozen(images.read(rows[start : start + batch_size]))
            for start in range(0, len(rows), batch_size)
        ]
    return np.concatenate(batches)


def _save_replay(params: Params, prepared: Prepared, base: keras.Model) -> None:
    """Keep the features of the last epoch's first batch, for `evaluate` to hold to the cache."""
    view = params.train.epochs
    images = len(prepared.rows("train"))
    order = order_of_epoch(view, images, params.train.end_to_end_seeds[0])
    rows = order[: params.train.batch_size]
    read = fresh_views(params, prepared, Costs(), "replay")
    features = base.predict_on_batch(read(view, rows))
    np.savez(REPLAY, view=view, rows=rows, features=features, base=identity(base))


if __name__ == "__main__":
    run(main)
