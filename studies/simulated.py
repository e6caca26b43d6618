"""Simulated answers of known truth: how often intervals and recommendations are right on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from viewcache.arms.arm import Arm, cached
from viewcache.heads.course import course
from viewcache.judge.correctness import Correct
from viewcache.judge.sample import Sample
from viewcache.judge.statistics import Interval, accuracy_interval, difference_interval
from viewcache.judge.verdict import recommend

MARGIN = 0.01
DIFFICULTY, TASTE, CHANCE = 0.85, 0.03, 0.12
"""Shares of an answer's variance: of the image, of what an arm makes of it, and of the head."""
COURSE = course(16, "every_second")
BUDGETS, TWIN = (1, 2, 4), COURSE.random_views


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
        _note(found, "accuracy covered", holds(accuracy_interval(arm, sample), truth))
        _note(found, "difference covered", holds(difference, 0.0))
        _note(found, "found within margin", is_within(difference))
    worse = replace(experiment, accuracies=(truth - MARGIN, truth))
    for (arm, reference), sample in worse.repeated(times):
        difference = difference_interval(arm, reference, sample)
        _note(found, "covered at the margin", holds(difference, -MARGIN))
        _note(found, "wrongly within margin", is_within(difference))
    return {name: float(np.mean(happened)) for name, happened in found.items()}


def _note(found: dict[str, list[bool]], name: str, happened: bool) -> None:
    found.setdefault(name, []).append(happened)


def holds(interval: Interval | None, truth: float) -> bool:
    return interval is not None and interval.holds(truth)


def is_within(difference: Interval | None) -> bool:
    return difference is not None and difference.low > -MARGIN


def fewer_taken(experiment: Experiment, loss: float, times: int) -> float:
    """How often fewer views than the twin's are taken, where all lose as much against it."""
    best = experiment.accuracies[0]
    both = replace(experiment, accuracies=(best - 0.1, *[best - loss] * len(BUDGETS), best))
    taken = _recommended(both, both, (*BUDGETS, TWIN), times)
    return float(np.mean([arm.random_views in BUDGETS for arm in taken]))


def augmentation_taken(experiment: Experiment, loss: float, times: int) -> float:
    """How often it is, where it loses on images as they are and gains ten points under views."""
    best = experiment.accuracies[0]
    clean = replace(experiment, accuracies=(best, best - loss))
    robustness = replace(experiment, accuracies=(best - 0.1, best))
    return float(
        np.mean([arm.random_views != 0 for arm in _recommended(clean, robustness, (TWIN,), times)])
    )


def _recommended(
    clean: Experiment, robustness: Experiment, budgets: Sequence[int], times: int
) -> Iterator[Arm]:
    """What the default rule takes: of no augmentation, and some numbers of views."""
    arms = [cached(budget, range(clean.seeds), range(1), COURSE) for budget in (0, *budgets)]
    for (tables, sample), (under_views, _) in zip(
        clean.repeated(times), robustness.repeated(times), strict=True
    ):
        correct: dict[Arm, Correct] = {
            arm: {"clean": table, "robustness": under}
            for arm, table, under in zip(arms, tables, under_views, strict=True)
        }
        yield recommend(correct, sample, MARGIN, "clean").arm
