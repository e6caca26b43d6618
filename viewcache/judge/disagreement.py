"""Test images that the arms disagree on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import mode

from viewcache.arms.arm import TrainedHead
from viewcache.heads.metrics import predicted_classes
from viewcache.images.prepared import Prepared
from viewcache.judge.decisions import END_TO_END

EXAMPLES = 12


class Answer(NamedTuple):
    """What most heads of an arm say of an image, and the share of them that do."""

    arm: str
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
    between: tuple[str, str]
    examples: list[Example]


def find_disagreement(
    test: Prepared,
    classes: Sequence[str],
    logits: Mapping[TrainedHead, np.ndarray],
    stand_in: str | None,
) -> Disagreement:
    """Find the images on which augmentation changes most: the first arm against end-to-end.

    Args:
        logits: Of each head, shape (views, images, 1 or classes); view 0 is the image as it is.
        stand_in: The cached arm that trains end-to-end's very heads, on more seeds, if there is.
    """
    said = _answers(logits)
    between = (next(iter(said)), stand_in or END_TO_END)
    first, second = ((said[arm] == test.labels).mean(axis=0) for arm in between)
    gap = np.abs(first - second)
    rows = np.argsort(-gap, kind="stable")[:EXAMPLES]
    return Disagreement(
        len(test.labels),
        _share_of_disagreement(said),
        between,
        _examples(test, classes, said, rows[gap[rows] > 0]),
    )


def _answers(logits: Mapping[TrainedHead, np.ndarray]) -> dict[str, np.ndarray]:
    """For each arm the classes that its heads name: int, shape (seeds, images)."""
    arms: dict[str, list[np.ndarray]] = {}
    for trained, views in logits.items():
        arms.setdefault(trained.arm, []).append(predicted_classes(views[0]))
    return {arm: np.stack(heads) for arm, heads in arms.items()}


def _share_of_disagreement(said: dict[str, np.ndarray]) -> float:
    by_most = np.stack([mode(heads, axis=0).mode for heads in said.values()])
    return float((by_most != by_most[0]).any(axis=0).mean())


def _examples(
    test: Prepared, classes: Sequence[str], said: dict[str, np.ndarray], rows: np.ndarray
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


def _answer(arm: str, heads: np.ndarray, classes: Sequence[str], truth: int) -> Answer:
    named = int(mode(heads).mode)
    return Answer(arm, classes[named], float((heads == named).mean()), named == truth)
