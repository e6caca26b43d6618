"""Heads trained on a fast base and on the same base in float32, for the certificate."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from statistics import median

import numpy as np

from viewcache.arms.arm import Arm, cached
from viewcache.arms.trained import TestedHead, TrainedHead, put_to_the_test
from viewcache.bases.artifact import find_base
from viewcache.bases.base import Base
from viewcache.features.store import FeatureView, open_views, rows_of_view
from viewcache.ground.manifests import digest_of_digests
from viewcache.ground.params.schema import Params, Train
from viewcache.ground.paths import BASE, CALIBRATION, PARTS, PREPARED
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.cached_training import CachedTraining
from viewcache.heads.saved import SavedHead
from viewcache.heads.training import Reader, make_deterministic
from viewcache.images.folds import Rotation, open_rotations, open_units
from viewcache.images.prepared import Prepared, open_prepared, read_classes
from viewcache.judge.certificate import Certificate, compare_precisions
from viewcache.judge.correctness import Correct, correctness
from viewcache.judge.sample import Sample
from viewcache.views.calibration_views import images_calibrated_on
from viewcache.views.fresh import fresh_views

MOST_IMAGES = 3000
TIMED_IMAGES, ROUNDS = 256, 3
"""A base pass is timed over so many images, so many times; the bases take turns."""

Views = Mapping[int, FeatureView]


@dataclass(frozen=True)
class Certified:
    """A certificate, and what it rests on.

    Attributes:
        calibration_images: How many were left out of the test.
        seconds_a_pass: Of the fast base and of float32, rendering included.
        base_passes: That the fast base made for the stored features.
    """

    certificate: Certificate
    calibration_images: int
    seconds_a_pass: tuple[float, float]
    base_passes: int


def certify_base(params: Params) -> Certified:
    """Train `cached_0` on stored features and on those of float32, and hold one to the other.

    Both on the same images, folds and seeds. What the fast base was calibrated on may be trained
    on, and is not tested.

    Raises:
        PipelineError: a file that the stages left is missing or damaged.
    """
    make_deterministic()
    images = open_prepared(PREPARED)
    rotations, calibrated = open_rotations(PARTS), images_calibrated_on(CALIBRATION)
    rows = images_to_certify_on(rotations, len(images.digests))
    rotations = _cut(rotations, rows, images, calibrated)
    views = [0, *ids_of_test_views(params.evaluate.test_views)]
    fast, float32, seconds = _features(params, images, views, rows)
    arm = cached(0, params.train.seeds, [rotation.number for rotation in rotations])
    train = _Training(params.train, arm, images, rotations, len(read_classes(PREPARED)))
    with ThreadPoolExecutor() as workers:
        right, right_in_float32 = workers.map(train.answers, [fast, float32])
    tested = np.sort(np.concatenate([rotation.test for rotation in rotations]))
    sample = Sample(images.labels[tested], open_units(PARTS)[tested], params.evaluate.measure)
    margin = params.evaluate.margin
    certificate = compare_precisions(arm, right, right_in_float32, sample, margin)
    return Certified(certificate, len(calibrated), seconds, _base_passes(params, images))


def images_to_certify_on(rotations: Sequence[Rotation], images: int) -> np.ndarray:
    """Rows of at most `MOST_IMAGES` of the prepared images.

    The first rows: they lie in order of digest, so these are a random sample. But of a holdout
    what is tested comes before all others, up to half of the sample.
    """
    tested, trained = (
        np.concatenate([getattr(rotation, part) for rotation in rotations])
        for part in ("test", "train")
    )
    held_out = np.setdiff1d(tested, trained)
    others = np.setdiff1d(np.arange(images), held_out)
    half = MOST_IMAGES // 2
    return np.sort(np.concatenate([held_out[:half], others, held_out[half:]])[:MOST_IMAGES])


def _cut(
    rotations: Sequence[Rotation], rows: np.ndarray, images: Prepared, calibrated: set[str]
) -> list[Rotation]:
    """Rotations of some of the images, in which those that were calibrated on are not tested."""
    testable = [row for row in rows if images.digests[row] not in calibrated]
    return [
        Rotation(
            rotation.number,
            np.intersect1d(rotation.train, rows),
            np.intersect1d(rotation.validation, rows),
            np.intersect1d(rotation.test, testable),
        )
        for rotation in rotations
    ]


def _features(
    params: Params, images: Prepared, views: Sequence[int], rows: np.ndarray
) -> tuple[Views, Views, tuple[float, float]]:
    """Of some of the images: as stored, and in float32; and what a base pass takes of either."""
    count, size = len(images.digests), params.extract.batch_size
    stored = open_views(views, images.digests)
    fast, float32 = {}, {}
    base = find_base(BASE)
    reference = base.in_float32.open(size)
    with images.read() as pixels:
        read = fresh_views(pixels, images.digests, params.augment, params.seed)
        seconds = _seconds_a_pass([base.open(size), reference], read, rows)
        for view in views:
            wanted = np.intersect1d(rows_of_view(view, count), rows)
            fast[view] = _view_of(wanted, stored[view].of(wanted), count)
            features = np.concatenate(list(reference.stream(_batches(read, view, wanted, size))))
            float32[view] = _view_of(wanted, features, count)
    return fast, float32, seconds


def _batches(read: Reader, view: int, rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (read(view, batch) for batch in np.split(rows, range(size, len(rows), size)))


def _view_of(rows: np.ndarray, features: np.ndarray, images: int) -> FeatureView:
    """The features of some of all prepared images."""
    places = np.full(images, -1, np.int64)
    places[rows] = np.arange(len(rows))
    return FeatureView(features, places)


def _seconds_a_pass(bases: Sequence[Base], read: Reader, rows: np.ndarray) -> tuple[float, float]:
    """Median seconds of a base pass with its rendering, for each of two bases."""
    timed = np.resize(rows, TIMED_IMAGES)
    seconds: list[list[float]] = [[], []]
    for _, (base, taken) in product(range(ROUNDS), zip(bases, seconds, strict=True)):
        start = time.perf_counter()
        for _ in base.stream(_batches(read, 0, timed, base.batch_size)):
            pass
        taken.append((time.perf_counter() - start) / len(timed))
    return median(seconds[0]), median(seconds[1])


def _base_passes(params: Params, images: Prepared) -> int:
    """That the stored features took."""
    views = [*params.extract.views, *ids_of_test_views(params.evaluate.test_views)]
    return sum(len(rows_of_view(view, len(images.digests))) for view in views)


@dataclass(frozen=True)
class _Training:
    """How `cached_0` is trained and tested, on whatever features."""

    settings: Train
    arm: Arm
    images: Prepared
    rotations: Sequence[Rotation]
    classes: int

    def answers(self, views: Views) -> Correct:
        """How right the heads on these features are."""
        training = CachedTraining(self.settings, self.classes, self.images.labels, views)
        heads = product(self.settings.seeds, self.rotations)
        tested = (self._tested(training, views, seed, rotation) for seed, rotation in heads)
        return correctness(self.images.labels, tested)[self.arm]

    def _tested(
        self, training: CachedTraining, views: Views, seed: int, rotation: Rotation
    ) -> TestedHead:
        parts = rotation.train, rotation.validation
        trained = training.train(*parts, [0], seed)
        on, by = (digest_of_digests(self.images.of(rows)) for rows in parts)
        saved = SavedHead(trained.head.get_weights(), trained.start, on, by, trained.history)
        return put_to_the_test(TrainedHead(self.arm, seed, rotation, saved), views, list(views))
