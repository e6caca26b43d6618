"""Train heads on cached views: one for every budget and seed."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from tqdm import tqdm

from stages.costs import Costs
from stages.errors import PipelineError, run
from stages.extract import feature_path
from stages.features.store import digest_of_digests, open_features
from stages.heads import training
from stages.heads.head import build_head, save_head
from stages.images.prepared import Prepared, open_prepared
from stages.params import load_params
from stages.prepare import PREPARED

HEADS = Path("models/cached")


def head_path(budget: int, seed: int) -> Path:
    return HEADS / str(budget) / f"{seed}.npz"


def main() -> None:
    params = load_params().train
    training.make_deterministic()
    prepared = open_prepared(PREPARED)
    [validation] = open_views(prepared, "validation", [0])
    views = open_views(prepared, "train", range(max(params.budgets) + 1))
    width = validation.shape[1]
    costs = Costs()
    arms = [(budget, seed) for budget in params.budgets for seed in params.seeds]
    for budget, seed in tqdm(arms, "train heads", unit=" heads", disable=None):
        with costs.phase(f"cached_{budget} seed {seed}"):
            head = build_head(width, params.learning_rate, seed, **params.head.model_dump())
            history = training.train(
                head,
                head,
                lambda view, rows: views[view][rows],
                prepared.labels("train"),
                training.Validation(validation, prepared.labels("validation")),
                epochs=params.epochs,
                batch_size=params.batch_size,
                budget=budget,
                seed=seed,
            )
        save_head(head, head_path(budget, seed))
        training.save_history(history, head_path(budget, seed))
    costs.save("train_head")


def open_views(prepared: Prepared, split: str, views: Iterable[int]) -> list[np.ndarray]:
    """Features of views of a split's images, all of one base.

    Raises:
        PipelineError: a file is missing, altered, of another view, of other images, or of another
            base than the first.
    """
    images = digest_of_digests(prepared.digests(split))
    opened = []
    for view in views:
        path = feature_path(view, split)
        features, origin = open_features(path, images)
        opened.append((features, origin))
        expected = (view, opened[0][1].base)
        if (origin.view, origin.base) != expected:
            raise PipelineError(
                f"{path} must hold view and base {expected}. Received: {origin.view, origin.base}"
            )
    return [features for features, _ in opened]


if __name__ == "__main__":
    run(main)
