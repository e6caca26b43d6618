"""The verdict on images of which the right answer is known, with the real base and heads."""

import cv2
import numpy as np
import pytest

from tests.arms.named import head_of, named
from tests.policies import NOTHING
from tests.specs import spec
from viewcache.bases.artifact import open_base
from viewcache.bases.compiling import compile_base
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.ground.view_ids import ids_of_test_views
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import Schedule, Validation, make_deterministic, make_targets
from viewcache.judge.correctness import correctness
from viewcache.judge.decisions import compare_arms
from viewcache.judge.verdict import decide
from viewcache.views.plan import draw
from viewcache.views.render import render

SIDE, TRAINING, TEST, EPOCHS = 64, 240, 900, 4
HEAD = HeadSettings(units=32, dropout=0.2, standardize=False, weight_decay=0)
TRIANGLE = np.array([[0, -12], [12, 10], [-12, 10]])


def shape(rng, points, colour=(230, 230, 230)):
    """A shape somewhere on noise."""
    picture = rng.integers(60, 110, (SIDE, SIDE, 3), np.uint8)
    centre = rng.integers(22, 42, 2)
    return cv2.fillPoly(picture, [(points + centre).astype(np.int32)], colour)


def upright_or_not(rng, label):
    """A triangle or a square: what it is does not change when it is turned or dimmed."""
    square = np.array([[-10, -10], [10, -10], [10, 10], [-10, 10]])
    return shape(rng, square if label else TRIANGLE)


def coloured(rng, label):
    return shape(rng, TRIANGLE, (220, 40, 40) if label else (40, 60, 220))


def pointing(rng, label):
    """A triangle that points left or right: what a horizontal flip exchanges."""
    turned = TRIANGLE[:, ::-1]
    return shape(rng, turned if label else -turned)


CASES = {
    "needed": (upright_or_not, {"quarter_turns": True, "brightness": 0.7, "contrast": 0.7}),
    "useless": (coloured, {"shift": 0.05, "zoom": 0.05}),
    "hurtful": (pointing, {"horizontal_flip": 0.5}),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    make_deterministic()
    folder = tmp_path_factory.mktemp("base")
    compile_base(folder, spec(side=SIDE), "openvino")
    return open_base(folder, 8)


def judged(base, case):
    picture, changes = CASES[case]
    policy = NOTHING.model_copy(update=changes)
    rng = np.random.default_rng(0)
    labels = np.arange(TRAINING + TEST) % 2
    images = np.stack([picture(rng, label) for label in labels])

    def features(view, rows):
        plan = draw(policy, 0, view, [str(row) for row in range(*rows)])
        return base(render(images[slice(*rows)], plan))

    views = {view: features(view, (0, TRAINING)) for view in range(EPOCHS + 1)}
    tested_views = [
        features(view, (TRAINING, TRAINING + TEST)) for view in (0, *ids_of_test_views(2))
    ]
    trainer = HeadTrainer(1280, 2, HEAD, 0.001)
    targets = make_targets(labels[:TRAINING], "none")
    validation = Validation(views[0][:40], labels[:40])
    heads = []
    for budget in (0, 1, 2, EPOCHS):
        for seed in range(3):
            schedule = Schedule(EPOCHS, 16, budget, seed, None)
            head = trainer.train(views, targets, validation, schedule).head
            found = np.stack([head.predict(view, verbose=0) for view in tested_views])
            heads.append(head_of(f"cached_{budget}", seed, found))
            if budget == EPOCHS and seed == 0:  # as many views as epochs: end-to-end's very head
                heads.append(head_of("end_to_end", seed, found))
    correct = correctness(labels[TRAINING:], heads)
    findings = compare_arms(correct, named(f"cached_{EPOCHS}"), 0.03, "robustness")
    return correct, decide(findings, dict.fromkeys(correct, 2.0))


def test_few_views_are_chosen_where_augmentation_is_needed(base):
    correct, verdict = judged(base, "needed")
    assert verdict.choice.budget in (1, 2)
    gain = (
        correct[named("cached_2")]["robustness"].mean()
        - correct[named("cached_0")]["robustness"].mean()
    )
    assert gain > 0.04


def test_no_augmentation_is_chosen_where_it_is_useless(base):
    _, verdict = judged(base, "useless")
    assert verdict.choice == named("cached_0")


def test_no_augmentation_is_chosen_where_it_hurts(base):
    correct, verdict = judged(base, "hurtful")
    assert verdict.choice == named("cached_0")
    assert (
        correct[named("cached_4")]["clean"].mean()
        < 0.6
        < correct[named("cached_0")]["clean"].mean()
    )
