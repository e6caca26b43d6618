"""Train heads on cached views: one for every budget, seed and rotation.

The first is trained by itself, which is what one training costs; the others side by side.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tqdm import tqdm

from viewcache.arms.arm import Arm, arms_of
from viewcache.features.store import FeatureView, open_views
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params, Train
from viewcache.ground.paths import PARTS, PREPARED
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import training
from viewcache.heads.cached_training import CachedTraining
from viewcache.heads.saved import save_head
from viewcache.images.folds import Rotation, open_rotations
from viewcache.images.prepared import Prepared, open_prepared, read_classes


class Head(NamedTuple):
    """A head that is to be trained."""

    arm: Arm
    seed: int
    rotation: Rotation


def main() -> None:
    params = load_params()
    training.one_thread_an_operation()
    training.make_deterministic()
    images, costs = open_prepared(PREPARED), Stopwatch()
    first, *others = _heads(params.train, open_rotations(PARTS))
    views = open_views(params.extract.views, images.digests)
    bar = tqdm(total=1 + len(others), desc="train heads", unit=" heads", disable=None, leave=False)
    with bar, costs.monitored():

        def train_heads(heads: Sequence[Head]) -> None:
            _train(params, images, views, heads, bar)

        with costs.phase("head alone"):
            train_heads([first])
        with costs.phase("heads"):
            _side_by_side(train_heads, others)
    costs.save("train_head")


def _heads(settings: Train, rotations: Sequence[Rotation]) -> list[Head]:
    """Of the most views first."""
    arms = [arm for arm in arms_of(settings, len(rotations)) if arm.budget is not None]
    return [
        Head(arm, seed, rotations[number])
        for arm in reversed(arms)
        for seed, number in arm.trainings
    ]


def _train(
    params: Params,
    images: Prepared,
    views: Mapping[int, FeatureView],
    heads: Sequence[Head],
    bar: tqdm,
) -> None:
    """Train and save heads, one after another."""
    classes = len(read_classes(PREPARED))
    cached = CachedTraining(params.train, classes, images.labels, views)
    for head in heads:
        rows, held_out = head.rotation.train, head.rotation.validation
        order = head.arm.views(params.extract.random_views, head.seed)
        trained = cached.train(rows, held_out, order, head.seed)
        path = head.arm.head_file(head.seed, head.rotation.number)
        save_head(path, trained, images.of(rows), images.of(held_out))
        bar.update()


def _side_by_side(train_heads: Callable[[Sequence[Head]], None], heads: Sequence[Head]) -> None:
    """Share heads out among threads, one a core."""
    count = min(os.cpu_count() or 1, len(heads))
    with ThreadPoolExecutor() as workers:
        list(workers.map(train_heads, [heads[share::count] for share in range(count)]))


if __name__ == "__main__":
    run(main)
