import numpy as np
import pytest

from stages.heads.head import build_head
from stages.heads.trainer import HeadTrainer
from stages.heads.training import Validation, make_deterministic, train

RNG = np.random.default_rng(0)
VIEWS = np.maximum(RNG.normal(size=(5, 203, 64)), 0).astype(np.float32)
LABELS = (VIEWS[0, :, 0] > VIEWS[0, :, 1]).astype(int)
HEAD = {"units": 32, "dropout": 0.5}
SETTINGS = {"epochs": 6, "batch_size": 32}


@pytest.fixture(scope="module")
def trainer():
    make_deterministic()
    return HeadTrainer(64, 0.01, **HEAD)


def validation():
    return Validation(VIEWS[0, :50], LABELS[:50])


def by_fit(budget, seed):
    head = build_head(64, 0.01, seed, **HEAD)
    history = train(
        head,
        head,
        lambda view, rows: VIEWS[view][rows],
        LABELS,
        validation(),
        budget=budget,
        seed=seed,
        **SETTINGS,
    )
    return head.get_weights(), history


def by_trainer(trainer, budget, seed):
    head, history = trainer.train(
        VIEWS.__getitem__, LABELS, validation(), budget=budget, seed=seed, **SETTINGS
    )
    return head.get_weights(), history


@pytest.mark.parametrize(("budget", "seed"), [(0, 0), (1, 7), (4, 1), (4, 2)])
def test_a_trainer_trains_the_head_that_fit_trains(trainer, budget, seed):
    weights, history = by_trainer(trainer, budget, seed)
    expected, expected_history = by_fit(budget, seed)
    assert all(map(np.array_equal, weights, expected))
    for ours, theirs in zip(history, expected_history, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_a_head_does_not_depend_on_those_trained_before_it(trainer):
    first = by_trainer(trainer, 2, 0)[0]
    by_trainer(trainer, 3, 5)
    assert all(map(np.array_equal, by_trainer(trainer, 2, 0)[0], first))


def test_half_precision_features_are_trained_on_as_fit_does(trainer):
    half = VIEWS.astype(np.float16)
    weights = trainer.train(half.__getitem__, LABELS, validation(), budget=1, seed=0, **SETTINGS)[
        0
    ].get_weights()
    head = build_head(64, 0.01, 0, **HEAD)
    train(
        head,
        head,
        lambda view, rows: half[view][rows].astype(np.float32),
        LABELS,
        validation(),
        budget=1,
        seed=0,
        **SETTINGS,
    )
    assert all(map(np.array_equal, weights, head.get_weights()))
