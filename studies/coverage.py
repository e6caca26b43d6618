"""How often intervals and decisions are right, on experiments of known truth.

`python -m studies.coverage` prints the tables of docs/statistics.md, in about a minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import ndtri

from viewcache.arms.arm import Arm, cached, end_to_end
from viewcache.judge.decisions import Findings, compare_arms
from viewcache.judge.statistics import Interval, accuracy_interval, non_inferiority
from viewcache.judge.verdict import decide

MARGIN = 0.01
EXPERIMENTS = 1_000
DIFFICULTY, TASTE, CHANCE = 0.85, 0.03, 0.12
"""Shares of an answer's variance: of the image, of what an arm makes of it, and of the head."""


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
            points from seed to seed at 0.85, by 0.24 at 0.97. A single head has no luck: what is
            asked is its own accuracy.
    """

    images: int
    seeds: int
    accuracies: tuple[float, ...]
    seed_effect: float = 0.035

    def draw(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Correctness of each arm: float, shape (seeds, images), 0 or 1."""
        difficulty = DIFFICULTY**0.5 * rng.normal(size=self.images)
        common = self._heads(rng)
        return [
            (
                ndtri(accuracy) * (1 + self._luck**2) ** 0.5
                + difficulty
                + TASTE**0.5 * rng.normal(size=self.images)
                + (common + self._heads(rng)) / 2**0.5
                > 0
            ).astype(float)
            for accuracy in self.accuracies
        ]

    def repeated(self, times: int) -> Iterator[list[np.ndarray]]:
        """The experiment done again and again, on new images and with new seeds."""
        rng = np.random.default_rng(0)
        return (self.draw(rng) for _ in range(times))

    @property
    def _luck(self) -> float:
        return self.seed_effect if self.seeds > 1 else 0.0

    def _heads(self, rng: np.random.Generator) -> np.ndarray:
        luck = self._luck * rng.normal(size=(self.seeds, 1))
        return luck + CHANCE**0.5 * rng.normal(size=(self.seeds, self.images))


def covered(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


def rates(experiment: Experiment, times: int) -> dict[str, float]:
    """Shares of experiments, with two equal arms and with one that is a margin worse."""
    truth = experiment.accuracies[0]
    equal = replace(experiment, accuracies=(truth, truth))
    worse = replace(experiment, accuracies=(truth, truth - MARGIN))
    found = [
        (accuracy_interval(arm), non_inferiority(arm, reference, MARGIN))
        for arm, reference in equal.repeated(times)
    ]
    wrongly = [
        non_inferiority(arm, reference, MARGIN).outcome == "non-inferior"
        for reference, arm in worse.repeated(times)
    ]
    outcomes = {
        "accuracy covered": [covered(accuracy, truth) for accuracy, _ in found],
        "difference covered": [covered(decision.difference, 0.0) for _, decision in found],
        "wrongly non-inferior": wrongly,
        "power": [decision.outcome == "non-inferior" for _, decision in found],
    }
    return {name: float(np.mean(happened)) for name, happened in outcomes.items()}


def wrong_choices(experiment: Experiment, times: int) -> float:
    """How often any number of views is chosen where four are all a margin worse."""
    good = experiment.accuracies[0]
    seeds = range(experiment.seeds)
    arms = [end_to_end("keras", seeds), *(cached(budget, seeds) for budget in (1, 2, 4, 8))]
    several = replace(experiment, accuracies=(good, *[good - MARGIN] * 4))
    speedups = dict.fromkeys(arms, 2.0)
    choices = [
        decide(_findings(dict(zip(arms, tables, strict=True))), speedups).choice
        for tables in several.repeated(times)
    ]
    return float(np.mean([choice in arms[1:] for choice in choices]))


def _findings(tables: dict[Arm, np.ndarray]) -> Findings:
    correct = {arm: {"clean": table, "robustness": table} for arm, table in tables.items()}
    return compare_arms(correct, None, MARGIN, "clean")


def main() -> None:
    regimes = [
        Experiment(images, seeds, (accuracy,))
        for accuracy, seeds, images in product((0.85, 0.97), (1, 2, 5), (100, 650, 2_000))
    ]
    regimes += [Experiment(10_000, 5, (0.85,)), Experiment(10_000, 1, (0.85,))]
    regimes += [Experiment(2_000, seeds, (0.85,), 0.08) for seeds in (2, 5)]
    table = pd.DataFrame(
        {
            "accuracy": regime.accuracies[0],
            "seeds": regime.seeds,
            "images": f"{regime.images:,}",
            "seed effect": regime.seed_effect if regime.seeds > 1 else "",
            **{name: f"{rate:.3f}" for name, rate in rates(regime, EXPERIMENTS).items()},
        }
        for regime in regimes
    )
    print(table.to_markdown(index=False, disable_numparse=True))
    wrong = wrong_choices(Experiment(650, 5, (0.85,)), EXPERIMENTS)
    print(f"\nAny of four budgets chosen, all a margin worse: {wrong:.3f}")


if __name__ == "__main__":
    main()
