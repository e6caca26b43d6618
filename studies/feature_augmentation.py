"""Features augmented instead of images: `python -m studies.feature_augmentation`.

After `dvc repro extract`; with the images, folds, views and training of `params.yaml`; minutes.
What was asked, and how it fell out, is in docs/feature_augmentation.md. Settings stand here as they
were chosen before any result was seen; none was tuned.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np

from viewcache.arms.arm import course_of
from viewcache.features.store import FeatureView, Rows, open_views
from viewcache.ground.machine import cores
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import PARTS, PREPARED, planned_views
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads import training
from viewcache.heads.answers import predicted_classes
from viewcache.heads.dense import as_dense, logits
from viewcache.heads.optimizer import learning_rate_of
from viewcache.heads.trainer import HeadTrainer
from viewcache.images.folds import Rotation, open_rotations, open_units
from viewcache.images.prepared import open_prepared, read_classes
from viewcache.judge.correctness import Correct
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import difference_interval
from viewcache.report.words import difference

SHIFT = 0.2
"""Of a channel's range, at most: as that of solar cells' pixels."""
ALPHA = 0.2
"""Of mixup, as its authors used on ImageNet (0.1 to 0.4)."""
SEEDS = 3
"""The first of `arms.seeds`."""

Change = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
"""(features; those of the images as they are; random numbers) -> features: (images, width)."""


def brightness(features: np.ndarray, originals: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """FroFA's by channel: every channel of every image has a shift of its own.

    Values stay within the range of the channel, as pixels are clipped.
    """
    low, high = originals.min(axis=0), originals.max(axis=0)
    shifts = rng.uniform(-SHIFT, SHIFT, features.shape) * (high - low)
    return np.clip(features + shifts, low, high)


def mixup(features: np.ndarray, _: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each image mixed with another one, under its own label.

    A label mixed by Beta(a, a) has the same expected loss as the first one's by Beta(a + 1, a).
    """
    share = rng.beta(ALPHA + 1, ALPHA, (len(features), 1))
    return share * features + (1 - share) * features[rng.permutation(len(features))]


@dataclass(frozen=True)
class Way:
    """One way to train.

    Attributes:
        views: Number of cached random views.
        changes: Of features, one after the other.
        every_epoch: Whether features are changed in every epoch, or where other arms show views.
    """

    name: str
    views: int
    changes: tuple[Change, ...] = ()
    every_epoch: bool = False


NONE = Way("no augmentation", 0)
FOUR = Way("image and 4 views", 4)
FOUR_MIXED = Way("image and 4 views, mixup", 4, (mixup,))
WAYS = (
    NONE,
    Way("brightness", 0, (brightness,)),
    Way("mixup", 0, (mixup,)),
    Way("brightness and mixup", 0, (brightness, mixup)),
    Way("brightness and mixup, in every epoch", 0, (brightness, mixup), every_epoch=True),
    Way("image and 1 view", 1),
    FOUR,
    FOUR_MIXED,
)


class Epochs(dict[int, FeatureView]):
    """The features that an epoch reads, made when it is asked for and kept until the next is.

    Args:
        make: Of an epoch.
    """

    def __init__(self, make: Callable[[int], FeatureView]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, epoch: int) -> FeatureView:
        self.clear()
        self[epoch] = self._make(epoch)
        return self[epoch]


class Study:
    """Heads of all folds and of some seeds, whose features are changed as they are read."""

    def __init__(self) -> None:
        self._params, self._images = load_params(), open_prepared(PREPARED)
        self._rotations = open_rotations(PARTS)
        self._course = course_of(self._params, self._rotations)
        self._views = open_views(planned_views(), self._images.digests)
        self._asked = [0, *ids_of_test_views(self._params.evaluate.test_views)]
        self._seeds = self._params.arms.seeds[:SEEDS]

    @property
    def sample(self) -> Sample:
        return Sample(self._images.labels, open_units(PARTS), self._params.evaluate.measure)

    def right(self, way: Way) -> Correct:
        """How right the heads are that a way trains."""
        right = np.zeros((len(self._seeds), len(self._asked), len(self._images.labels)))
        trainings, threads = [*product(range(len(self._seeds)), self._rotations)], cores()

        def train(share: int) -> None:
            trainer = self._trainer()
            for seed, rotation in trainings[share::threads]:
                right[seed][:, rotation.test] = self._tested(trainer, way, seed, rotation)

        with ThreadPoolExecutor(threads) as workers:
            list(workers.map(train, range(threads)))
        return {"clean": right[:, 0], "robustness": right[:, 1:].mean(axis=1)}

    def _trainer(self) -> HeadTrainer:
        settings, width = self._params.train, self._views[0].rows.row_shape[-1]
        classes = len(read_classes(PREPARED))
        return HeadTrainer(width, classes, settings.head, learning_rate_of(settings))

    def _tested(self, trainer: HeadTrainer, way: Way, place: int, rotation: Rotation) -> np.ndarray:
        """Whether a head is right: bool, shape (views, test images)."""
        settings, labels, seed = self._params.train, self._images.labels, self._seeds[place]
        epochs = self._course.epochs
        watched = self._views[0].of(rotation.validation)
        trained = trainer.train(
            Epochs(lambda epoch: self._read(way, seed, rotation, epoch)),
            training.make_targets(labels, rotation.train, settings.class_weights),
            training.Validation(watched, labels[rotation.validation]),
            training.ReadingOrder(range(1, epochs + 1), epochs, settings.batch_size, seed),
        )
        layers, tested = as_dense(trained.weights), rotation.test
        answers = (logits(layers, self._views[view].of(tested)) for view in self._asked)
        return np.array([predicted_classes(each) == labels[tested] for each in answers])

    def _read(self, way: Way, seed: int, rotation: Rotation, epoch: int) -> FeatureView:
        """The features of the training images that an epoch reads."""
        view = self._course.views(way.views, seed)[epoch - 1]
        rows, originals = rotation.train, self._views[0].of(rotation.train)
        features, rng = self._views[view].of(rows), np.random.default_rng([seed, epoch])
        if way.every_epoch or not self._course.shows_originals(epoch):
            for change in way.changes:
                features = change(features, originals, rng)
        places = np.full(len(self._images.labels), -1)
        places[rows] = np.arange(len(rows))
        return FeatureView(Rows([features.astype(np.float32)]), places)


def main() -> None:
    training.one_thread_an_operation()
    training.make_deterministic()
    study = Study()
    print("| trained on | as they are | random views | less no augmentation | random views |")
    print("|:--|--:|--:|--:|--:|", flush=True)
    found: dict[Way, Correct] = {}
    for way in WAYS:
        right = found[way] = study.right(way)
        accuracies = [f"{study.sample.estimate(table):.3f}" for table in right.values()]
        gains = _differences(right, found[NONE], study.sample) if way is not NONE else ["", ""]
        print(f"| {' | '.join([way.name, *accuracies, *gains])} |", flush=True)
    clean, robust = _differences(found[FOUR_MIXED], found[FOUR], study.sample)
    print(f"\n{FOUR_MIXED.name}, less {FOUR.name}: {clean} as they are, {robust} random views")


def _differences(right: Correct, reference: Correct, sample: Sample) -> list[str]:
    """In points, with their intervals."""
    pairs = ((right[on], reference[on]) for on in right)
    found = [difference_interval(one, other, sample) for one, other in pairs]
    return [difference(one.estimate, one) for one in found if one is not None]


if __name__ == "__main__":
    main()
