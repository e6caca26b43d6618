"""How often the recommendation is right on generated images of which the right answer is known.

`python -m studies.constructed` trains the pipeline's heads on features of the real base, by the
default recipe and rule: 20 repeats of each case, every time other images, views and folds.
`--repeats 3` makes fewer, `--rule robustness` asks for the other rule.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import cv2
import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.workspace import spec_of
from studies.policies import NOTHING
from viewcache.answers.head_answers import HeadAnswers
from viewcache.answers.heads import TrainedHead, ask
from viewcache.arms.arm import Arm, cached
from viewcache.bases.artifact import open_base
from viewcache.bases.base import Base
from viewcache.bases.compiling import compile_base
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.params.policy import Policy
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.course import course
from viewcache.heads.optimizer import CosineToZero
from viewcache.heads.saved import SavedHead
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import (
    ReadingOrder,
    Validation,
    make_deterministic,
    make_targets,
    one_thread_an_operation,
)
from viewcache.images.folds import Rotation
from viewcache.judge.correctness import Measured, correctness, named_by_arm
from viewcache.judge.sample import Sample
from viewcache.judge.verdict import Recommendation, recommend
from viewcache.views.plan import draw
from viewcache.views.render import render

SIDE, IMAGES, REPEATS = 64, 500, 20
SEEDS, ROTATIONS = range(5), range(5)
COURSE, BATCH_SIZE = course(40, "every_second"), 32
BUDGETS = (0, 2, 4, COURSE.random_views)
ARMS = [cached(budget, SEEDS, ROTATIONS, COURSE) for budget in BUDGETS]
TESTED = (0, *ids_of_test_views(2))
VARIED = COURSE.random_views + 1
"""The view that stands for the image itself, where images vary as their views do."""
MARGIN = 0.03
HEAD = HeadSettings(units=32, dropout=0.2, standardize=False, weight_decay=0)
TRIANGLE = np.array([[0, -12], [12, 10], [-12, 10]])
SQUARE = np.array([[-10, -10], [10, -10], [10, 10], [-10, 10]])

Picture = Callable[[np.random.Generator, int], np.ndarray]
"""(generator, class) -> uint8, shape (SIDE, SIDE, 3)."""


def shape(
    rng: np.random.Generator, points: np.ndarray, colour: tuple[float, ...] = (230, 230, 230)
) -> np.ndarray:
    """A shape somewhere on noise."""
    picture = rng.integers(60, 110, (SIDE, SIDE, 3), np.uint8)
    return cv2.fillPoly(picture, [(points + rng.integers(22, 42, 2)).astype(np.int32)], colour)


def triangle_or_square(rng: np.random.Generator, label: int) -> np.ndarray:
    """What does not change when it is turned or moved."""
    return shape(rng, SQUARE if label else TRIANGLE)


def coloured(rng: np.random.Generator, label: int) -> np.ndarray:
    return shape(rng, TRIANGLE, (220, 40, 40) if label else (40, 60, 220))


def pointing(rng: np.random.Generator, label: int) -> np.ndarray:
    """A triangle that points left or right: what a horizontal flip exchanges."""
    return shape(rng, TRIANGLE[:, ::-1] * (1 if label else -1))


def pointing_and_tinted(rng: np.random.Generator, label: int) -> np.ndarray:
    """Flips take the direction, and leave a tint that is right three times in four."""
    tint = 40 * rng.normal(0.67 * (2 * label - 1))
    return shape(rng, TRIANGLE[:, ::-1] * (1 if label else -1), (150 + tint, 90, 150 - tint))


@dataclass(frozen=True)
class Case:
    """Images, what may vary in them, and whether a recommendation is right.

    Attributes:
        policy: Of their views.
        varied: Whether the images themselves vary by the policy.
    """

    picture: Picture
    policy: Policy
    is_right: Callable[[Recommendation], bool]
    varied: bool = False

    def images(self, rng: np.random.Generator, seed: int, digests: list[str]) -> np.ndarray:
        """Of class 0 and 1 in turn: uint8, shape (images, SIDE, SIDE, 3)."""
        drawn = np.stack([self.picture(rng, image % 2) for image in range(len(digests))])
        return render(drawn, draw(self.policy, seed, VARIED if self.varied else 0, digests))


def takes_few_views(found: Recommendation) -> bool:
    return found.augment and found.arm.random_views in BUDGETS[1:-1]


def does_no_harm(found: Recommendation) -> bool:
    """Whether the arm is `cached_0`, or not known to be worse."""
    against = [
        one for one in found.comparisons if (one.arm, one.reference.random_views) == (found.arm, 0)
    ]
    return not any(one.is_loss for one in against)


def takes_none(found: Recommendation) -> bool:
    return not found.augment


def follows_the_rule(found: Recommendation) -> bool:
    """Whether a known trade is seen, and what the rule names decides it."""
    return found.word == "a trade" and found.augment == found.effects[found.rule].is_gain


TURNED = {"rotation_degrees": 180, "vertical_flip": 0.5, "shift": 0.2, "zoom": 0.5, "contrast": 0.5}
SOMETIMES, ALWAYS = (NOTHING.model_copy(update={"horizontal_flip": share}) for share in (0.5, 1))
CASES = {
    "needed": Case(
        triangle_or_square, NOTHING.model_copy(update=TURNED), takes_few_views, varied=True
    ),
    "useless": Case(coloured, NOTHING.model_copy(update={"shift": 0.05}), does_no_harm),
    "hurtful": Case(pointing, SOMETIMES, takes_none),
    "a trade": Case(pointing_and_tinted, ALWAYS, follows_the_rule),
}


def recommended(
    base: Base, trainer: HeadTrainer, case: Case, repeat: int, rule: Measured = "clean"
) -> Recommendation:
    """Cross-validate every arm over cached features, and judge by a rule."""
    rng, rows, labels = np.random.default_rng(repeat), np.arange(IMAGES), np.arange(IMAGES) % 2
    digests = [f"{repeat}/{image}" for image in rows]
    images = case.images(rng, repeat, digests)
    views = {
        view: FeatureView(
            Rows([base(render(images, draw(case.policy, repeat, view, digests)))]), rows
        )
        for view in (*COURSE.ids, *TESTED)
    }
    rotations = [
        Rotation(number, *parts) for number, parts in enumerate(_parts(rng.permutation(IMAGES)))
    ]
    answers = [
        trained_and_tested(trainer, views, labels, arm, seed, rotation)
        for rotation in rotations
        for arm in ARMS
        for seed in SEEDS
    ]
    tables = {arm: correctness(labels, named) for arm, named in named_by_arm(answers).items()}
    return recommend(tables, Sample(labels), MARGIN, rule)


def _parts(order: np.ndarray) -> Iterator[list[np.ndarray]]:
    """Rows that are trained on, that validate, and that are tested, in each rotation."""
    folds = np.array_split(order, len(ROTATIONS))
    for rotation in ROTATIONS:
        test, validation, *train = np.roll(ROTATIONS, -rotation)
        yield [
            np.sort(np.concatenate([folds[fold] for fold in part]))
            for part in (train, [validation], [test])
        ]


def trained_and_tested(
    trainer: HeadTrainer,
    views: dict[int, FeatureView],
    labels: np.ndarray,
    arm: Arm,
    seed: int,
    rotation: Rotation,
) -> HeadAnswers:
    watched = rotation.validation
    trained = trainer.train(
        views,
        make_targets(labels, rotation.train, "none"),
        Validation(views[0].of(watched), labels[watched]),
        ReadingOrder(arm.views(seed), COURSE.epochs, BATCH_SIZE, seed),
    )
    saved = SavedHead(trained.weights, trained.start, "", "", trained.history)
    return ask(TrainedHead(arm, seed, rotation, saved), labels, views, TESTED)


def open_real_base(folder: Path) -> Base:
    compile_base(folder, spec_of("efficientnet_lite0", SIDE), "openvino")
    return open_base(folder, 8)


def new_trainer() -> HeadTrainer:
    return HeadTrainer(1280, 2, HEAD, CosineToZero(0.001))


def described(case: str, repeat: int, found: Recommendation) -> dict[str, object]:
    effects = {f"twin - cached_0, {on}": one.difference for on, one in found.effects.items()}
    return {
        "case": case,
        "repeat": repeat,
        "arm": found.arm.name,
        "word": found.word,
        **effects,
        "right": CASES[case].is_right(found),
    }


def main() -> None:
    parser = ArgumentParser("studies.constructed")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--rule", choices=get_args(Measured), default="clean")
    given = parser.parse_args()
    one_thread_an_operation()
    make_deterministic()
    with TemporaryDirectory() as folder:
        tools = open_real_base(Path(folder) / "base"), new_trainer()
        table = pd.DataFrame(
            described(name, repeat, recommended(*tools, CASES[name], repeat, given.rule))
            for name, repeat in tqdm([*product(CASES, range(given.repeats))], "repeats")
        )
    print(table.to_markdown(index=False, floatfmt=".3f"))
    print(table.groupby("case", sort=False)["right"].agg(["sum", "count"]).to_markdown())


if __name__ == "__main__":
    main()
