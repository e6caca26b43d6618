"""How often intervals and recommendations are right, on experiments of known truth.

`python -m studies.coverage` prints the tables of docs/statistics.md; `--quick` trains fewer heads.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from viewcache.arms.arm import Arm, cached
from viewcache.features.store import FeatureView
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.judge.correctness import Correct
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import Interval, accuracy_interval, difference_interval
from viewcache.judge.verdict import recommend

MARGIN = 0.01
EXPERIMENTS, OF_SHIPPED_HEADS, QUICK = 1_000, 300, 20
DIFFICULTY, TASTE, CHANCE = 0.85, 0.03, 0.12
"""Shares of an answer's variance: of the image, of what an arm makes of it, and of the head."""
BUDGETS = (1, 2, 4)
ROTATIONS, WIDTH, TWIN, FEWER = 5, 16, 4, 1
"""Of trained cases: folds, length of a feature vector, and views of the two arms."""

Answering = Callable[[np.ndarray], np.ndarray]
"""(points, shape (images, width)) -> logits, shape (images,)."""
Trainer = Callable[[np.ndarray, np.ndarray, int], Answering]
"""(views, shape (views, images, width); labels; seed) -> a head."""


@dataclass(frozen=True)
class Experiment:
    """Arms tested on the same images, with the same seeds.

    An answer is right where a normal variable exceeds a threshold: the image's difficulty, what
    the arm makes of the image, the seed's luck, and what the head makes of the image. Half of the
    last two is common to all arms' heads of one seed. Two arms of accuracy 0.85 disagree on 8 % of
    the images, at 0.97 on 2 %.

    Attributes:
        accuracies: The true accuracy of each arm, over images and seeds.
        seed_effect: Standard deviation of the seed's luck. At 0.035, true accuracy moves by 0.8
            points from seed to seed at 0.85, by 0.24 at 0.97.
        single: Whether the last arm has one seed only.
        groups: Of very unequal sizes, which share three tenths of difficulty and of taste.
        rare: Share of a class by which accuracy is balanced.
    """

    images: int
    seeds: int
    accuracies: tuple[float, ...]
    seed_effect: float = 0.035
    single: bool = False
    groups: int | None = None
    rare: float | None = None

    def draw(self, rng: np.random.Generator) -> tuple[list[np.ndarray], Sample]:
        """Correctness of each arm: float, shape (seeds, images), 0 or 1; and the sample."""
        sample = self._sample(rng)
        difficulty = DIFFICULTY**0.5 * self._of_images(rng, sample)
        common = self._heads(rng)
        tables = [
            (
                ndtri(accuracy) * (1 + self.seed_effect**2) ** 0.5
                + difficulty
                + TASTE**0.5 * self._of_images(rng, sample)
                + (common + self._heads(rng)) / 2**0.5
                > 0
            ).astype(float)
            for accuracy in self.accuracies
        ]
        return [*tables[:-1], tables[-1][:1] if self.single else tables[-1]], sample

    def repeated(self, times: int) -> Iterator[tuple[list[np.ndarray], Sample]]:
        """The experiment done again and again, on new images and with new seeds."""
        rng = np.random.default_rng(0)
        return (self.draw(rng) for _ in range(times))

    def _sample(self, rng: np.random.Generator) -> Sample:
        labels = (rng.random(self.images) < (self.rare or 0.5)).astype(int)
        if self.rare is not None:
            return Sample(labels, measure="balanced_accuracy")
        if self.groups is None:
            return Sample(labels)
        sizes = rng.lognormal(0, 0.7, self.groups)
        return Sample(labels, rng.choice(self.groups, self.images, p=sizes / sizes.sum()))

    def _of_images(self, rng: np.random.Generator, sample: Sample) -> np.ndarray:
        alone = rng.normal(size=self.images)
        if sample.groups is None:
            return alone
        return 0.7**0.5 * alone + 0.3**0.5 * rng.normal(size=self.groups)[sample.groups]

    def _heads(self, rng: np.random.Generator) -> np.ndarray:
        luck = self.seed_effect * rng.normal(size=(self.seeds, 1))
        return luck + CHANCE**0.5 * rng.normal(size=(self.seeds, self.images))


def rates(experiment: Experiment, times: int) -> dict[str, float]:
    """Shares of experiments, with two equal arms and with one that is a margin worse."""
    truth = experiment.accuracies[0]
    found: dict[str, list[bool]] = {}
    for (arm, reference), sample in replace(experiment, accuracies=(truth, truth)).repeated(times):
        difference = difference_interval(arm, reference, sample)
        _note(found, "accuracy covered", _holds(accuracy_interval(arm, sample), truth))
        _note(found, "difference covered", _holds(difference, 0.0))
        _note(found, "found within margin", _is_within(difference))
    worse = replace(experiment, accuracies=(truth - MARGIN, truth))
    for (arm, reference), sample in worse.repeated(times):
        difference = difference_interval(arm, reference, sample)
        _note(found, "covered at the margin", _holds(difference, -MARGIN))
        _note(found, "wrongly within margin", _is_within(difference))
    return {name: float(np.mean(happened)) for name, happened in found.items()}


def _note(found: dict[str, list[bool]], name: str, happened: bool) -> None:
    found.setdefault(name, []).append(happened)


def _holds(interval: Interval | None, truth: float) -> bool:
    return interval is not None and interval.holds(truth)


def _is_within(difference: Interval | None) -> bool:
    return difference is not None and difference.low > -MARGIN


def fewer_chosen(experiment: Experiment, loss: float, times: int) -> float:
    """How often fewer views than the twin's are taken, where all lose as much against it."""
    best = experiment.accuracies[0]
    several = replace(experiment, accuracies=(best - 0.1, *[best - loss] * len(BUDGETS), best))
    arms = [cached(budget, range(experiment.seeds), range(1)) for budget in (0, *BUDGETS, 8)]
    taken = []
    for tables, sample in several.repeated(times):
        correct: dict[Arm, Correct] = {
            arm: {"robustness": table, "clean": table}
            for arm, table in zip(arms, tables, strict=True)
        }
        taken.append(recommend(correct, sample, MARGIN, "robustness").arm in arms[1:-1])
    return float(np.mean(taken))


@dataclass(frozen=True)
class TrainedCase:
    """Two arms whose heads are really trained, on generated features, in five rotations.

    An image is a point about the mean of its class, and a view of it is that point moved. Every
    seed has views of its own. The twin trains on four of them and the other arm on the first.

    Attributes:
        distance: Of the means of the two classes from the origin, in standard deviations.
        shipped: Whether heads are those of the pipeline; else they are linear.
    """

    images: int
    distance: float
    seeds: int
    single: bool = False
    shipped: bool = False

    def covered(self, rng: np.random.Generator, trainer: Trainer) -> tuple[bool, bool, bool]:
        """Whether the accuracy and the difference are covered, and the arm wrongly within margin.

        The truth is of these training images, of new seeds, and of new test images: infinitely
        many for linear heads, in closed form.
        """
        labels = np.arange(self.images) % 2
        points = self._points(rng, labels)
        folds = rng.permutation(self.images) % ROTATIONS
        fresh_seeds = 5 if self.shipped else 20
        tables = np.zeros((2, self.seeds, self.images))
        truths = np.zeros((2, fresh_seeds, ROTATIONS))
        for rotation in range(ROTATIONS):
            tested, watched = folds == rotation, folds == (rotation + 1) % ROTATIONS
            train = ~tested & ~watched
            for seed in range(self.seeds + fresh_seeds):
                size = (TWIN, int(train.sum()), WIDTH)
                views = points[train] + rng.normal(size=size)
                for arm, budget in enumerate((FEWER, TWIN)):
                    head = trainer(views[:budget], labels[train], seed)
                    if seed < self.seeds:
                        said = head(points[tested]) > 0
                        tables[arm, seed, tested] = said == labels[tested]
                    else:
                        truths[arm, seed - self.seeds, rotation] = self._truth(rng, head)
        arm, twin = tables[0], tables[1][:1] if self.single else tables[1]
        sample, (truth, other) = Sample(labels), truths.mean(axis=(1, 2))
        difference = difference_interval(arm, twin, sample)
        return (
            _holds(accuracy_interval(arm, sample), truth),
            _holds(difference, truth - other),
            _is_within(difference) and truth - other < -MARGIN,
        )

    def _points(self, rng: np.random.Generator, labels: np.ndarray) -> np.ndarray:
        points = rng.normal(size=(len(labels), WIDTH))
        points[:, 0] += self.distance * (2 * labels - 1)
        return points

    def _truth(self, rng: np.random.Generator, head: Answering) -> float:
        if isinstance(head, Linear):
            means = self.distance * np.array([[-1.0], [1.0]]) * np.eye(1, WIDTH)
            return float(ndtr(head(means) * [-1, 1] / np.linalg.norm(head.weights)).mean())
        labels = np.arange(20_000) % 2
        return float(((head(self._points(rng, labels)) > 0) == labels).mean())


class Linear:
    """Least squares on every view, with a ridge of one."""

    def __init__(self, views: np.ndarray, labels: np.ndarray, _: int) -> None:
        inputs = views.reshape(-1, WIDTH)
        targets = np.tile(2.0 * labels - 1, len(views))
        mean = inputs.mean(axis=0)
        centred = inputs - mean
        self.weights = np.linalg.solve(centred.T @ centred + np.eye(WIDTH), centred.T @ targets)
        self._bias = targets.mean() - mean @ self.weights

    def __call__(self, points: np.ndarray) -> np.ndarray:
        return points @ self.weights + self._bias


class Shipped:
    """Trains the pipeline's heads, four epochs each."""

    def __init__(self) -> None:
        from viewcache.heads.trainer import HeadTrainer
        from viewcache.heads.training import make_deterministic

        make_deterministic()
        settings = HeadSettings(units=16, dropout=0.2, standardize=False, weight_decay=0)
        self._trainer = HeadTrainer(WIDTH, 2, settings, learning_rate=0.01)

    def __call__(self, views: np.ndarray, labels: np.ndarray, seed: int) -> Answering:
        from viewcache.heads.training import Schedule, Validation, make_targets

        rows, features = np.arange(len(labels)), views.astype(np.float32)
        head = self._trainer.train(
            {view: FeatureView(each, rows) for view, each in enumerate(features)},
            make_targets(labels, rows, "none"),
            Validation(features[0][:8], labels[:8]),
            Schedule(TWIN, batch_size=32, views=range(len(views)), seed=seed, patience=None),
        ).head
        return lambda points: np.asarray(head(points.astype(np.float32)))[:, 0]


def simulated() -> Iterator[dict[str, object]]:
    sizes = (100, 400, 650, 2_000, 2_600)
    plain = [
        Experiment(images, seeds, (accuracy,), single=single)
        for accuracy, (seeds, single), images in product(
            (0.85, 0.97), ((2, False), (5, False), (5, True)), sizes
        )
    ]
    restless = [Experiment(images, seeds, (0.85,), 0.08) for seeds in (2, 5) for images in (2_600,)]
    grouped = [
        Experiment(images, 5, (accuracy,), groups=groups)
        for accuracy, (groups, images) in product((0.85, 0.97), ((12, 650), (40, 650), (40, 2_600)))
    ]
    balanced = [
        Experiment(images, 5, (accuracy,), rare=0.1)
        for accuracy, images in product((0.85, 0.97), (400, 2_600))
    ]
    for regime in plain + restless + grouped + balanced:
        yield _described(regime) | rates(regime, EXPERIMENTS)


def _described(regime: Experiment) -> dict[str, object]:
    return {
        "accuracy": regime.accuracies[0],
        "seeds": f"{regime.seeds} and 1" if regime.single else regime.seeds,
        "images": f"{regime.images:,}",
        "seed effect": regime.seed_effect,
        "groups": regime.groups or "",
        "rare class": regime.rare or "",
    }


def recommended() -> Iterator[dict[str, object]]:
    for accuracy, images in product((0.85, 0.97), (650, 2_600)):
        regime = Experiment(images, 5, (accuracy,))
        yield {
            "accuracy": accuracy,
            "images": f"{images:,}",
            "fewer taken, all equal": fewer_chosen(regime, 0.0, EXPERIMENTS),
            "fewer taken, all a margin worse": fewer_chosen(regime, MARGIN, EXPERIMENTS),
        }


def trained(times: int, of_shipped: int) -> Iterator[dict[str, object]]:
    cases = [
        TrainedCase(images, distance, seeds, single)
        for distance, (seeds, single), images in product(
            (1.1, 1.95), ((2, False), (5, False), (5, True)), (100, 400, 2_600)
        )
    ]
    shipped = [TrainedCase(300, distance, 3, shipped=True) for distance in (1.1, 1.95)]
    for case in cases + shipped:
        repeats = of_shipped if case.shipped else times
        trainer, rng = Shipped() if case.shipped else Linear, np.random.default_rng(0)
        found = np.mean([case.covered(rng, trainer) for _ in range(repeats)], axis=0)
        names = ("accuracy covered", "difference covered", "wrongly within margin")
        yield asdict(case) | {"experiments": repeats} | dict(zip(names, found, strict=True))


def main() -> None:
    quick = "--quick" in sys.argv[1:]
    rows = trained(QUICK, QUICK) if quick else trained(EXPERIMENTS, OF_SHIPPED_HEADS)
    for table in (simulated(), recommended(), rows):
        print(pd.DataFrame(table).to_markdown(index=False, floatfmt=".3f"), flush=True)


if __name__ == "__main__":
    main()
