"""How often intervals and recommendations are right, on experiments of known truth.

`python -m studies.coverage` prints the tables of docs/statistics.md, in about an hour and a quarter
on two cores; with `--quick`, which trains fewer heads, in ten minutes.
"""

import sys
from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from studies.simulated import MARGIN, Experiment, augmentation_taken, fewer_taken, rates
from studies.trained import Linear, Shipped, TrainedCase

EXPERIMENTS, OF_SHIPPED_HEADS, QUICK = 1_000, 300, 20


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
    for accuracy, images in product((0.85, 0.97), (240, 650, 2_600)):
        regime = Experiment(images, 5, (accuracy,))
        yield {
            "accuracy": accuracy,
            "images": f"{images:,}",
            "augments, at a loss of the margin": augmentation_taken(regime, MARGIN, EXPERIMENTS),
            "augments, at twice that": augmentation_taken(regime, 2 * MARGIN, EXPERIMENTS),
            "fewer taken, all equal": fewer_taken(regime, 0.0, EXPERIMENTS),
            "fewer taken, all a margin worse": fewer_taken(regime, MARGIN, EXPERIMENTS),
        }


def trained(times: int, of_shipped: int) -> Iterator[dict[str, object]]:
    cases = [
        TrainedCase(images, distance, seeds, single)
        for distance, (seeds, single), images in product(
            (1.1, 1.95), ((2, False), (5, False), (5, True)), (100, 400, 2_600)
        )
    ]
    shipped = [TrainedCase(300, distance, 3, shipped=True) for distance in (1.35, 2.3)]
    for case in cases + shipped:
        repeats = of_shipped if case.shipped else times
        trainer, rng = Shipped() if case.shipped else Linear, np.random.default_rng(0)
        found = np.mean([case.tried(rng, trainer) for _ in range(repeats)], axis=0)
        names = (
            "accuracy",
            "accuracy covered",
            "difference covered",
            "wrongly within margin",
            "wrongly within the true loss",
        )
        yield {
            "heads": "shipped" if case.shipped else "linear",
            "seeds": f"{case.seeds} and 1" if case.single else case.seeds,
            "images": f"{case.images:,}",
            "experiments": repeats,
            **dict(zip(names, found, strict=True)),
        }


def main() -> None:
    quick = "--quick" in sys.argv[1:]
    rows = trained(QUICK, QUICK) if quick else trained(EXPERIMENTS, OF_SHIPPED_HEADS)
    for table in (simulated(), recommended(), rows):
        print(pd.DataFrame(table).to_markdown(index=False, floatfmt=".3f"), flush=True)


if __name__ == "__main__":
    main()
