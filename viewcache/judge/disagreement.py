"""Test images that the arms disagree on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import mode

from viewcache.arms.arm import Arm
from viewcache.arms.trained import TestedHead
from viewcache.heads.metrics import predicted_classes
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
    test: Prepared, classes: Sequence[str], tested: Sequence[TestedHead], twin: Arm | None
) -> Disagreement:
    """Find the images on which augmentation changes most: the first arm against end-to-end.

    Args:
        twin: The cached arm that trains end-to-end's very heads, on more seeds, if there is one.
    """
    said = _answers(tested)
    between = (next(iter(said)), twin or next(arm for arm in said if arm.budget is None))
    first, second = ((said[arm] == test.labels).mean(axis=0) for arm in between)
    gap = np.abs(first - second)
    rows = np.argsort(-gap, kind="stable")[:EXAMPLES]
    return Disagreement(
        len(test.labels),
        _share_of_disagreement(said),
        between,
        _examples(test, classes, said, rows[gap[rows] > 0]),
    )


def _answers(tested: Sequence[TestedHead]) -> dict[Arm, np.ndarray]:
    """For each arm the classes that its heads name: int, shape (seeds, images)."""
    arms: dict[Arm, list[np.ndarray]] = {}
    for head in tested:
        arms.setdefault(head.arm, []).append(predicted_classes(head.logits[0]))
    return {arm: np.stack(heads) for arm, heads in arms.items()}


def _share_of_disagreement(said: dict[Arm, np.ndarray]) -> float:
    by_most = np.stack([mode(heads, axis=0).mode for heads in said.values()])
    return float((by_most != by_most[0]).any(axis=0).mean())


def _examples(
    test: Prepared, classes: Sequence[str], said: dict[Arm, np.ndarray], rows: np.ndarray
) -> list[Example]:
    with test.read() as file:
        pixels = file.read(rows)
    paths = test.paths
    return [
        Example(
            paths[row],
            classes[test.labels[row]],
            picture,
            [_answer(arm, heads[:, row], classes, test.labels[row]) for arm, heads in said.items()],
        )
        for row, picture in zip(rows, pixels, strict=True)
    ]


def _answer(arm: Arm, heads: np.ndarray, classes: Sequence[str], truth: int) -> Answer:
    named = int(mode(heads).mode)
    return Answer(arm, classes[named], float((heads == named).mean()), named == truth)
