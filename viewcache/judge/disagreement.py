"""Test images that the arms disagree on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import mode

from viewcache.answers.head_answers import HeadAnswers
from viewcache.arms.arm import Arm
from viewcache.images.prepared import Prepared

EXAMPLES = 12


class Answer(NamedTuple):
    """What most heads of an arm say of an image, and the share of them that do."""

    arm: Arm
    name: str
    share: float
    right: bool


class Example(NamedTuple):
    """A test image: its path, class, pixels (uint8, height x width x 3), and the answers."""

    path: str
    truth: str
    pixels: np.ndarray
    answers: list[Answer]


@dataclass(frozen=True)
class Disagreement:
    """On which test images, as they are, the arms give different answers.

    Attributes:
        images: Number of test images.
        share: Of them, on how many not every arm gives the same answer, by most of its seeds.
        between: The two arms that the examples are about.
        examples: Images on which shares of right seeds differ most between the two.
    """

    images: int
    share: float
    between: tuple[Arm, Arm]
    examples: list[Example]


def find_disagreement(
    images: Prepared, classes: Sequence[str], heads: Sequence[HeadAnswers]
) -> Disagreement:
    """Find the images on which augmentation changes most: the fewest views against the most."""
    cached = [head for head in heads if not head.arm.fresh]
    rows = np.unique(np.concatenate([head.images for head in cached]))
    said = _answers(cached, len(images.labels), rows)
    labels = images.labels[rows]
    fewest_first = sorted(said, key=lambda arm: arm.random_views)
    between = fewest_first[0], fewest_first[-1]
    first, second = ((said[arm] == labels).mean(axis=0) for arm in between)
    gap = np.abs(first - second)
    shown = np.argsort(-gap, kind="stable")[:EXAMPLES]
    return Disagreement(
        len(labels),
        _share_of_disagreement(said),
        between,
        _examples(images, classes, said, rows, shown[gap[shown] > 0]),
    )


def _answers(heads: Sequence[HeadAnswers], images: int, rows: np.ndarray) -> dict[Arm, np.ndarray]:
    """For each arm the classes that its heads name: int, shape (seeds, tested images)."""
    arms: dict[Arm, dict[int, np.ndarray]] = {}
    for head in heads:
        seeds = arms.setdefault(head.arm, {})
        named = seeds.setdefault(head.seed, np.zeros(images, np.int64))
        named[head.images] = head.named[0]
    return {arm: np.stack(list(seeds.values()))[:, rows] for arm, seeds in arms.items()}


def _share_of_disagreement(said: dict[Arm, np.ndarray]) -> float:
    by_most = np.stack([mode(heads, axis=0).mode for heads in said.values()])
    return float((by_most != by_most[0]).any(axis=0).mean())


def _examples(
    images: Prepared,
    classes: Sequence[str],
    said: dict[Arm, np.ndarray],
    rows: np.ndarray,
    shown: np.ndarray,
) -> list[Example]:
    with images.read() as file:
        pixels = file.read(rows[shown])
    paths, labels = images.paths, images.labels[rows]
    return [
        Example(
            paths[rows[place]],
            classes[labels[place]],
            picture,
            [_answer(arm, heads[:, place], classes, labels[place]) for arm, heads in said.items()],
        )
        for place, picture in zip(shown, pixels, strict=True)
    ]


def _answer(arm: Arm, heads: np.ndarray, classes: Sequence[str], truth: int) -> Answer:
    named = int(mode(heads).mode)
    return Answer(arm, classes[named], float((heads == named).mean()), named == truth)
