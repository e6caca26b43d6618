"""What few views and one seed tell, from rows and by heads that are those of the whole run."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import product
from statistics import median
from typing import NamedTuple

import numpy as np

from viewcache.arms.arm import Arm, baseline_arm, cached, course_of
from viewcache.bases.artifact import find_base, load_layers_above_cut
from viewcache.costs.paces import END_TO_END, Pace, measured
from viewcache.costs.plan import Plan
from viewcache.features.extraction import engine_of, extract_rows
from viewcache.features.lookup import take_shards
from viewcache.features.row_costs import costs_of_views
from viewcache.features.shards import Shard
from viewcache.features.store import FeatureView, Index, Rows
from viewcache.features.wanted import Maker, WantedView, missing_rows, wanted_views
from viewcache.ground.entry import alone
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, PARTS, PREPARED, planned_views
from viewcache.ground.stopwatch import Stopwatch
from viewcache.heads.answers import as_head, predicted_classes
from viewcache.images.folds import Rotation, open_rotations
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.judge.sample import Sample
from viewcache.report.terminal import table
from viewcache.report.words import duration, plain_name

VIEWS = 2
"""Random views of the arm that augments."""
LEAST = 4
"""Times as many views must be planned: with fewer, the whole answer is soon there."""
Features = Mapping[int, FeatureView]
Heads = dict[tuple[Arm, int], Sequence[np.ndarray]]
"""Of an arm and the number of a rotation, the weights."""


class Computed(NamedTuple):
    """Rows of the first views.

    Attributes:
        left: How many rows of all views are still missing.
        pace: Of `extract`.
    """

    views: Features
    left: int
    pace: Pace


def answer_early() -> None:
    """Print what the baseline, no augmentation and two views reach on the images as they are.

    Rows are computed where `extract` finds them. Heads, of one seed in every rotation, are those
    that `train_head` trains, too; they are not kept.
    """
    params, costs = load_params(), Stopwatch()
    images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
    arms = early_arms(params, rotations)
    views = {view for arm in arms for view in arm.views(*arm.seeds)}
    if len(planned_views()) < LEAST * len(views):
        return
    with alone("extract"):
        computed = compute(params, images, views, costs)
    heads = train(params, images, rotations, arms, computed.views, costs)
    tested = np.concatenate([rotation.test for rotation in rotations])
    sample = Sample(images.labels[tested], measure=params.evaluate.measure)
    named = named_by(heads, rotations, computed.views[0])
    right = {arm: sample.estimate(named[arm] == sample.labels) for arm in arms}
    left = seconds_left(params, rotations, computed, costs)
    print(told(right, params.evaluate.measure, len(tested), left), flush=True)


def early_arms(params: Params, rotations: Sequence[Rotation]) -> list[Arm]:
    """The baseline, no augmentation, and a few views: of the first seed, in all rotations."""
    whole, seeds = course_of(params, rotations), params.arms.seeds[:1]
    numbers = [rotation.number for rotation in rotations]
    budgets = 0, min(VIEWS, whole.random_views)
    augmenting = [cached(budget, seeds, numbers, whole) for budget in budgets]
    return [baseline_arm(params, rotations), *augmenting]


def compute(params: Params, images: Prepared, views: Collection[int], costs: Stopwatch) -> Computed:
    """Compute the rows of some views that are not known; those of others stay where they are."""
    maker = Maker(find_base(BASE), np.dtype(params.extract.dtype), params.base.batch_size)
    planned = wanted_views(images, maker, planned_views())
    first = [view for view in planned if view.view in views]
    shards = take_shards(np.concatenate([view.keys for view in planned]))
    missing = missing_rows(first, Index(shards))
    if len(missing.keys):
        print(f"{len(missing.keys):,} rows of the first {len(first)} views", flush=True)
        engine = engine_of(params.extract.engine, maker, images, costs)
        shards += extract_rows(missing, images, maker, engine, costs)
    left = len(missing_rows(planned, Index(shards)).keys)
    return Computed(_opened(first, shards, len(images.digests)), left, _pace(first, shards))


def _opened(views: Sequence[WantedView], shards: Sequence[Shard], images: int) -> Features:
    index, rows = Index(shards), Rows([shard.features for shard in shards])
    opened = {view.view: FeatureView(rows, np.full(images, -1)) for view in views}
    for view in views:
        opened[view.view].places[view.images] = index.places(view.keys)
    return opened


def _pace(views: Sequence[WantedView], shards: Sequence[Shard]) -> Pace:
    original, *_, random = costs_of_views(views, shards)["views"].values()
    image, view = (one["seconds"]["extract"] / one["rows"] for one in (original, random))
    return Pace(original["open"], image, view, original["row_bytes"])


def train(
    params: Params,
    images: Prepared,
    rotations: Sequence[Rotation],
    arms: Sequence[Arm],
    views: Features,
    costs: Stopwatch,
) -> Heads:
    """Train arms as `train_head` does, the baseline first."""
    with costs.phase("import"):  # Here, since TensorFlow takes seconds to import.
        from viewcache.heads import training
        from viewcache.heads.baseline import baseline_on
        from viewcache.heads.cached_training import CachedTraining, side_by_side

    training.one_thread_an_operation()
    training.make_deterministic()
    (baseline, *others), settings, labels = arms, params.train, images.labels
    upper, classes = load_layers_above_cut(BASE), len(read_classes(PREPARED))
    heads: Heads = {}
    for rotation in rotations:
        trained = baseline_on(views[0], labels, rotation, settings.class_weights, upper)
        heads[baseline, rotation.number] = trained.weights

    def train_some(some: Sequence[tuple[Arm, Rotation]]) -> None:
        upper = load_layers_above_cut(BASE)
        cached = CachedTraining(settings, classes, labels, views, upper)
        for arm, rotation in some:
            [seed] = arm.seeds
            with costs.part(arm.training_name(seed, rotation.number)):
                parts = rotation.train, rotation.validation
                trained = cached.train(*parts, arm.views(seed), seed)
            heads[arm, rotation.number] = trained.weights

    side_by_side(train_some, [*product(others, rotations)])
    return heads


def named_by(
    heads: Heads, rotations: Sequence[Rotation], originals: FeatureView
) -> dict[Arm, np.ndarray]:
    """Of each arm the classes that its heads name of the test images, rotation by rotation: int64.

    Args:
        originals: View 0.
    """
    upper, named = load_layers_above_cut(BASE), defaultdict[Arm, list[np.ndarray]](list)
    for arm, rotation in product({arm: None for arm, _ in heads}, rotations):
        logits = as_head(heads[arm, rotation.number], upper).logits(originals.of(rotation.test))
        named[arm].append(predicted_classes(logits))
    return {arm: np.concatenate(classes) for arm, classes in named.items()}


def seconds_left(
    params: Params, rotations: Sequence[Rotation], computed: Computed, costs: Stopwatch
) -> float:
    """What the rest of the run takes, by the pace so far.

    End to end by the pace of an older run, where there was one; else as on the compiled base.
    """
    extract, start = computed.pace, costs.seconds["import"]
    images, epochs = len(rotations[0].train), course_of(params, rotations).epochs
    trainings = [seconds for name, seconds in costs.parts.items() if "rotation" in name]
    head = median(trainings) / (images * epochs)
    compiled = Pace(start, extract.image + head, extract.view + head)
    known = {"extract": extract, "train_head": Pace(start, head, head)}
    known |= dict.fromkeys(("augment", "compile_base"), Pace(0.0))
    ways = {way: measured(way, params) or compiled for way in END_TO_END}
    plan = Plan(params, rotations, known | ways)
    computed_rows = plan.rows(plan.views) - computed.left
    return max(0.0, plan.seconds - computed_rows * extract.view)


def told(right: Mapping[Arm, float], measure: str, images: int, seconds: float) -> str:
    """What was found, and that it is not the end.

    Args:
        right: How good each arm is, by the measure.
        images: How many were tested.
        seconds: What the rest takes.
    """
    rows = [[plain_name(arm), f"{figure:.3f}"] for arm, figure in right.items()]
    figures = table(rows, ("trained on", measure.replace("_", " ")), words=1)
    head = f"A first answer, of one seed, on {images:,} test images as they are:"
    end = f"This is not the end: `dvc repro` goes on, for about {duration(seconds)}."
    return f"\n{head}\n\n{figures}\n\n{end}\n"
