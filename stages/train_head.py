"""Train heads on cached views: one for every arm, seed and rotation.

The first is trained by itself, which is what one training costs; the others side by side. Apart
from these, some are trained twice as long; and the baseline is.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from viewcache.arms.arm import Arm, compared_on_cache, course_of, kept_epochs, longer_arms
from viewcache.bases.artifact import load_layers_above_cut
from viewcache.features.store import FeatureView, open_views
from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, PARTS, PREPARED
from viewcache.ground.progress import Progress
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads import training
from viewcache.heads.cached_training import CachedTraining, side_by_side
from viewcache.heads.saved import save_head, save_heads
from viewcache.images.folds import Rotation, open_rotations
from viewcache.images.prepared import Prepared, open_prepared, read_classes


class Planned(NamedTuple):
    """A head that is to be trained.

    Attributes:
        kept: Epochs after which its weights are kept.
    """

    arm: Arm
    seed: int
    rotation: Rotation
    kept: Sequence[int]


def main() -> None:
    params = load_params()
    training.one_thread_an_operation()
    training.make_deterministic()
    costs = Stopwatch(params.work)
    with costs.phase("open"):
        images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
        views = open_views([0, *course_of(params, rotations).ids], images.digests)
    baseline, *arms = compared_on_cache(params, rotations)
    first, *others = _heads(params, arms, rotations)
    longer = longer_arms(params, rotations).values()
    twice_as_long = _heads(params, longer, rotations)
    total = 1 + len(others) + len(twice_as_long)
    bar = Progress("train heads", total, "heads")
    with bar, costs.monitored():

        def train_heads(heads: Sequence[Planned]) -> None:
            _train(params, images, views, heads, costs, bar)

        with costs.phase("head alone"):
            train_heads([first])
        with costs.phase("heads"):
            side_by_side(train_heads, others)
        with costs.phase("heads twice as long"):
            side_by_side(train_heads, twice_as_long)
        with costs.phase("baseline"):
            _train_baseline(params, images, views[0], baseline, rotations)
    costs.save("train_head", passes=first.arm.epochs * len(first.rotation.train))


def _heads(params: Params, arms: Iterable[Arm], rotations: Sequence[Rotation]) -> list[Planned]:
    return [
        Planned(arm, seed, rotations[number], kept_epochs(params.arms.seeds[0], arm, seed, number))
        for arm in arms
        for seed, number in arm.trainings
    ]


def _train(
    params: Params,
    images: Prepared,
    views: Mapping[int, FeatureView],
    heads: Sequence[Planned],
    costs: Stopwatch,
    bar: Progress,
) -> None:
    """Train and save heads, one after another."""
    classes = len(read_classes(PREPARED))
    upper = load_layers_above_cut(BASE)
    cached = CachedTraining(params.train, classes, images.labels, views, upper)
    for head in heads:
        arm, seed, rotation = head.arm, head.seed, head.rotation
        rows, held_out = rotation.train, rotation.validation
        with costs.part(arm.training_name(seed, rotation.number)):
            trained = cached.train(rows, held_out, arm.views(seed), seed, head.kept)
        parts = images.of(rows), images.of(held_out)
        save_heads(partial(arm.head_file, seed, rotation.number), trained, *parts)
        bar.update()


def _train_baseline(
    params: Params,
    images: Prepared,
    view: FeatureView,
    arm: Arm,
    rotations: Sequence[Rotation],
) -> None:
    # Here, since to import scikit-learn is part of what the baseline takes.
    from viewcache.heads.baseline import baseline_on

    upper, weights = load_layers_above_cut(BASE), params.train.class_weights
    for rotation in rotations:
        trained = baseline_on(view, images.labels, rotation, weights, upper)
        parts = images.of(rotation.train), images.of(rotation.validation)
        save_head(arm.head_file(arm.seeds[0], rotation.number), trained, *parts)


if __name__ == "__main__":
    run(main)
