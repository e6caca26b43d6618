"""How often the recommendation is right on generated images of which the right answer is known.

`python -m studies.constructed [REPEATS]` trains the pipeline's heads on features of the real base:
20 repeats of each case by default, every time other images, views and folds.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pandas as pd

from benchmarks.workspace import spec_of
from studies.policies import NOTHING
from viewcache.arms.arm import cached
from viewcache.arms.trained import TestedHead, TrainedHead
from viewcache.bases.artifact import open_base
from viewcache.bases.base import Base
from viewcache.bases.compiling import compile_base
from viewcache.features.store import FeatureView
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.params.policy import Policy
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.saved import SavedHead
from viewcache.heads.schedule import views_of_training
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import Schedule, Validation, make_deterministic, make_targets
from viewcache.images.folds import Rotation
from viewcache.judge.correctness import correctness
from viewcache.judge.sample import Sample
from viewcache.judge.verdict import Recommendation, recommend
from viewcache.views.plan import draw
from viewcache.views.render import render

SIDE, IMAGES, EPOCHS, SEEDS, ROTATIONS, REPEATS = 64, 500, 8, 5, 5, 20
BUDGETS = (0, 2, 4, EPOCHS)
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
    """Images, what may vary in them, and whether a recommendation is right."""

    picture: Picture
    policy: Policy
    is_right: Callable[[Recommendation], bool]


def takes_few_views(found: Recommendation) -> bool:
    return found.augment and found.arm.budget in BUDGETS[1:-1]


def does_no_harm(found: Recommendation) -> bool:
    """Whether the arm is `cached_0`, or not known to be worse."""
    against = [
        one for one in found.comparisons if (one.arm, one.reference.budget) == (found.arm, 0)
    ]
    return not any(one.is_loss for one in against)


def trades(found: Recommendation) -> bool:
    return found.augment and found.word == "a trade"


TURNED = {"rotation_degrees": 180, "vertical_flip": 0.5, "shift": 0.2, "zoom": 0.5, "contrast": 0.5}
FLIPPED = NOTHING.model_copy(update={"horizontal_flip": 0.5})
CASES = {
    "needed": Case(triangle_or_square, NOTHING.model_copy(update=TURNED), takes_few_views),
    "useless": Case(coloured, NOTHING.model_copy(update={"shift": 0.05}), does_no_harm),
    "hurtful": Case(pointing, FLIPPED, does_no_harm),
    "a trade": Case(pointing_and_tinted, FLIPPED, trades),
}


def recommended(base: Base, trainer: HeadTrainer, case: Case, repeat: int) -> Recommendation:
    """Cross-validate every arm over cached features, under the rule `robustness`."""
    rng = np.random.default_rng(repeat)
    labels = np.arange(IMAGES) % 2
    images = np.stack([case.picture(rng, int(label)) for label in labels])
    digests = [f"{repeat}/{image}" for image in range(IMAGES)]

    def features(view: int) -> np.ndarray:
        return base(render(images, draw(case.policy, repeat, view, digests)))

    views = {view: features(view) for view in range(EPOCHS + 1)}
    tested = [views[0], *map(features, ids_of_test_views(2))]
    rotations = [
        Rotation(number, *parts) for number, parts in enumerate(_parts(rng.permutation(IMAGES)))
    ]
    answers = [
        trained_and_tested(trainer, views, tested, labels, rotation, budget, seed)
        for rotation in rotations
        for budget in BUDGETS
        for seed in range(SEEDS)
    ]
    return recommend(correctness(labels, answers), Sample(labels), MARGIN, "robustness")


def _parts(order: np.ndarray) -> Iterator[list[np.ndarray]]:
    """Rows that are trained on, that validate, and that are tested, in each rotation."""
    folds = np.array_split(order, ROTATIONS)
    for rotation in range(ROTATIONS):
        test, validation, *train = np.roll(np.arange(ROTATIONS), -rotation)
        yield [
            np.sort(np.concatenate([folds[fold] for fold in part]))
            for part in (train, [validation], [test])
        ]


def trained_and_tested(
    trainer: HeadTrainer,
    views: dict[int, np.ndarray],
    tested: list[np.ndarray],
    labels: np.ndarray,
    rotation: Rotation,
    budget: int,
    seed: int,
) -> TestedHead:
    random_views, rows = range(1, EPOCHS + 1), np.arange(IMAGES)
    watched = rotation.validation
    trained = trainer.train(
        {view: FeatureView(features, rows) for view, features in views.items()},
        make_targets(labels, rotation.train, "none"),
        Validation(views[0][watched], labels[watched]),
        Schedule(EPOCHS, 16, views_of_training(budget, random_views, seed), seed, patience=None),
    )
    logits = np.stack([np.asarray(trained.head(view[rotation.test])) for view in tested])
    arm = cached(budget, range(SEEDS), range(ROTATIONS))
    saved = SavedHead([], trained.start, "", "", trained.history)
    return TestedHead(TrainedHead(arm, seed, rotation, saved), logits)


def open_real_base(folder: Path) -> Base:
    compile_base(folder, spec_of("efficientnet_lite0", SIDE), "openvino")
    return open_base(folder, 8)


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
    repeats = int(sys.argv[1]) if sys.argv[1:] else REPEATS
    make_deterministic()
    with TemporaryDirectory() as folder:
        recommend_for = partial(
            recommended, open_real_base(Path(folder) / "base"), HeadTrainer(1280, 2, HEAD, 0.001)
        )
        table = pd.DataFrame(
            described(name, repeat, recommend_for(case, repeat))
            for name, case in CASES.items()
            for repeat in range(repeats)
        )
    print(table.to_markdown(index=False, floatfmt=".3f"))
    print(table.groupby("case", sort=False)["right"].agg(["sum", "count"]).to_markdown())


if __name__ == "__main__":
    main()
