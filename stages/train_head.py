"""Train heads on cached views: one for every budget and seed.

The first is trained by itself, which is what one training costs; the others side by side.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from tqdm import tqdm

from viewcache.features.store import open_views
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Train
from viewcache.ground.paths import FEATURES, PREPARED, cached_head_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import training
from viewcache.heads.saved import save_head
from viewcache.heads.schedule import views_of_budget
from viewcache.heads.trainer import HeadTrainer
from viewcache.images.prepared import open_prepared, read_classes


def main() -> None:
    params = load_params().train
    training.make_deterministic()
    train, held_out = (open_prepared(PREPARED / split) for split in ("train", "validation"))
    [held_out_features] = open_views(FEATURES / "validation", [0], held_out.digests)
    read = sorted({view for budget in params.budgets for view in views_of_budget(budget)})
    views = dict(zip(read, open_views(FEATURES / "train", read, train.digests), strict=True))
    targets = training.make_targets(train.labels, params.class_weights)
    validation = training.Validation(held_out_features, held_out.labels)
    digests = (train.digests, held_out.digests)
    budgets = sorted(params.budgets, reverse=True)
    first, *others = [(budget, seed) for budget in budgets for seed in params.seeds]
    costs = Stopwatch()
    with tqdm(total=1 + len(others), desc="train heads", unit=" heads", disable=None) as bar:
        train_heads = partial(_train, params, views, targets, validation, digests, bar)
        with costs.phase("head alone"):
            train_heads([first])
        with costs.phase("heads"):
            _side_by_side(train_heads, others)
    costs.save("train_head")


def _train(
    settings: Train,
    views: dict[int, np.ndarray],
    targets: training.Targets,
    validation: training.Validation,
    digests: tuple[list[str], list[str]],
    bar: tqdm,
    heads: list[tuple[int, int]],
) -> None:
    """Train and save heads, one after another.

    Args:
        digests: Of the training images, and of the validation images.
        heads: Budget and seed of each.
    """
    trainer = HeadTrainer(
        validation.features.shape[1],
        len(read_classes(PREPARED)),
        settings.head,
        settings.learning_rate,
    )
    for budget, seed in heads:
        schedule = training.Schedule(
            settings.epochs, settings.batch_size, budget, seed, settings.patience
        )
        trained = trainer.train(views, targets, validation, schedule)
        save_head(cached_head_file(budget, seed), trained, *digests)
        bar.update()


def _side_by_side(
    train_heads: Callable[[list[tuple[int, int]]], None], heads: list[tuple[int, int]]
) -> None:
    """Share heads out among threads, one a core."""
    count = min(os.cpu_count() or 1, len(heads))
    with ThreadPoolExecutor() as workers:
        list(workers.map(train_heads, [heads[share::count] for share in range(count)]))


if __name__ == "__main__":
    run(main)
