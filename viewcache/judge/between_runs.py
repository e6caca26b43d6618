"""Two arms held to each other that were trained anywhere: of two runs, or of one.

Answers are paired by image, seed and rotation. The statistics are those of one run's arms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from viewcache.answers.tested import Tested
from viewcache.judge.correctness import Correct, Measured
from viewcache.judge.decisions import Difference, difference_of
from viewcache.judge.sample import Measure, Sample

Verdict = Literal["better", "as good within the margin", "worse", "not known"]
SAME = ("rotation", "label")
"""What an image must have in both."""


@dataclass(frozen=True)
class Pairs:
    """What two arms answered on the same images.

    Attributes:
        seeds: Of the arm and of the reference, as `paired_seeds` gives them.
        correct: Of the arm and of the reference, on what both answered.
        left_out: Numbers of images that are in one alone, or whose `rotation` or `label` differs.
    """

    sample: Sample
    seeds: tuple[list[int], list[int]]
    correct: tuple[Correct, Correct]
    left_out: dict[str, int]


def pair(arm: Tested, reference: Tested, measure: Measure, same_views: bool) -> Pairs:
    """Pair answers by image, seed and rotation; random views of the test by their ids.

    Args:
        same_views: Whether equal ids of random views are equal views.
    """
    both = reference.images.join(arm.images.add_suffix(" of arm"), how="inner")
    differs = {name: both[name] != both[f"{name} of arm"] for name in SAME}
    kept = both[~differs["rotation"] & ~differs["label"]]
    # Where only one of two knows of groups, it is these that were sampled.
    units = min((kept["unit"], kept["unit of arm"]), key=lambda unit: unit.nunique())
    seeds = paired_seeds(arm.seeds, reference.seeds)
    views = sorted({*arm.views[1:]} & {*reference.views[1:]}) if same_views else []
    tables = [
        _correct(tested, own, views, tested.images.index.get_indexer(kept.index))
        for tested, own in zip((arm, reference), seeds, strict=True)
    ]
    alone = len(arm.images) + len(reference.images) - 2 * len(both)
    left_out = {name: int(differs[name].sum()) for name in SAME}
    sample = Sample(np.unique(kept["label"], return_inverse=True)[1], units.to_numpy(), measure)
    return Pairs(sample, seeds, (tables[0], tables[1]), {"alone": alone, **left_out})


def paired_seeds(arm: list[int], reference: list[int]) -> tuple[list[int], list[int]]:
    """The seeds of either that are paired.

    Two or more that both have; else a single seed of one with all of the other. Else seeds in their
    order: they are drawn at random, so different seeds make a pair too, in a wider interval.
    """
    shared = sorted({*arm} & {*reference})
    if len(shared) > 1:
        return shared, shared
    if 1 in (len(arm), len(reference)):
        return arm, reference
    count = min(len(arm), len(reference))
    return arm[:count], reference[:count]


def hold_pairs(pairs: Pairs, margin: float) -> Mapping[Measured, Difference]:
    """The arm less the reference, on what both answered."""
    arm, reference = pairs.correct
    return {on: difference_of(arm[on], reference[on], pairs.sample, margin) for on in arm}


def verdict(difference: Difference) -> Verdict:
    """What is known, in a word; what is better is also as good."""
    if difference.is_gain:
        return "better"
    if difference.effect == "harmless":
        return "as good within the margin"
    return "worse" if difference.is_loss else "not known"


def accuracies(tested: Tested, measure: Measure) -> dict[Measured, float]:
    """Of an arm on all of its own test images."""
    labels = np.unique(tested.images["label"], return_inverse=True)[1]
    sample, every = Sample(labels, measure=measure), np.arange(len(labels))
    correct = _correct(tested, tested.seeds, tested.views[1:], every)
    return {on: sample.estimate(table) for on, table in correct.items()}


def _correct(tested: Tested, seeds: list[int], views: list[int], images: np.ndarray) -> Correct:
    """As for `difference_interval`; under random views only where there are some."""
    right = tested.right[[tested.seeds.index(seed) for seed in seeds]][:, :, images]
    correct: Correct = {"clean": right[:, 0]}
    if views:
        random = [tested.views.index(view) for view in views]
        correct["robustness"] = right[:, random].mean(axis=1)
    return correct
