from unittest.mock import Mock

import numpy as np
import pytest

from viewcache.features import store
from viewcache.features.store import FeatureView
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads import trainer, training
from viewcache.heads.head import build_head
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import (
    Schedule,
    Validation,
    by_fit,
    make_deterministic,
    make_targets,
    train,
)

RNG = np.random.default_rng(0)
VIEWS = dict(enumerate(np.maximum(RNG.normal(size=(5, 203, 64)), 0).astype(np.float32)))
LABELS = {
    2: (VIEWS[0][:, 0] > VIEWS[0][:, 1]).astype(int),
    3: VIEWS[0][:, :3].argmax(axis=1),
    20: VIEWS[0][:, :20].argmax(axis=1),
}
ALL = np.arange(203)
PLAIN = HeadSettings(units=32, dropout=0.5, standardize=False, weight_decay=0)
REGULARIZED = HeadSettings(units=32, dropout=0.2, standardize=True, weight_decay=0.1)
LINEAR = HeadSettings(units=None, dropout=0, standardize=True, weight_decay=0)


@pytest.fixture(scope="module")
def trainers():
    make_deterministic()
    return {
        (classes, head): HeadTrainer(64, classes, head, 0.01)
        for classes, head in (
            *((2, PLAIN), (3, PLAIN), (20, PLAIN)),
            *((2, REGULARIZED), (20, REGULARIZED), (3, LINEAR)),
        )
    }


def validation(classes):
    return Validation(VIEWS[0][:50], LABELS[classes][:50])


def schedule_of(budget, seed, patience):
    views = [0] if budget == 0 else [4, 2, 1, 3][:budget]
    return Schedule(6, 32, views, seed, patience)


def with_fit(
    budget, seed, classes=2, weights="none", views=VIEWS, settings=PLAIN, patience=None, rows=ALL
):
    head = build_head(64, classes, settings, 0.01, seed)
    targets = make_targets(LABELS[classes], rows, weights)
    fit = by_fit(head, lambda view, batch: views[view][batch], targets, 32)
    history = train(fit, head, rows, validation(classes), schedule_of(budget, seed, patience))
    return head.get_weights(), history


def with_trainer(
    trainers,
    budget,
    seed,
    classes=2,
    weights="none",
    views=VIEWS,
    settings=PLAIN,
    patience=None,
    rows=ALL,
    places=ALL,
):
    opened = {view: FeatureView(features, places) for view, features in views.items()}
    targets = make_targets(LABELS[classes], rows, weights)
    head, history, _ = trainers[classes, settings].train(
        opened, targets, validation(classes), schedule_of(budget, seed, patience)
    )
    return head.get_weights(), history


@pytest.mark.parametrize(
    "training",
    [
        {"budget": 0, "seed": 0},
        {"budget": 1, "seed": 7, "weights": "balanced"},
        {"budget": 4, "seed": 2, "classes": 3},
        {"budget": 4, "seed": 1, "settings": REGULARIZED, "patience": 2},
        {"budget": 3, "seed": 4, "classes": 20, "weights": "balanced", "patience": 1},
        {"budget": 2, "seed": 3, "classes": 20, "settings": REGULARIZED, "weights": "balanced"},
        {"budget": 2, "seed": 5, "classes": 3, "settings": LINEAR, "patience": 3},
    ],
    ids=str,
)
def test_a_trainer_trains_the_head_that_fit_trains(trainers, training):
    ours, history = with_trainer(trainers, **training)
    expected, expected_history = with_fit(**training)
    assert all(map(np.array_equal, ours, expected))
    for one, other in zip(history, expected_history, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


@pytest.mark.parametrize("weights", ["none", "balanced"])
def test_on_some_rows_of_a_larger_array_it_trains_what_fit_trains_to_the_last_bit(
    trainers, weights
):
    rows = np.flatnonzero(np.arange(203) % 3)
    ours, history = with_trainer(trainers, 4, 2, weights=weights, rows=rows)
    expected, expected_history = with_fit(4, 2, weights=weights, rows=rows)
    assert all(map(np.array_equal, ours, expected))
    assert history[-1] == pytest.approx(expected_history[-1], abs=1e-5)
    assert not np.array_equal(ours[0], with_trainer(trainers, 4, 2, weights=weights)[0][0])


def test_features_of_some_images_are_found_at_their_places(trainers):
    rows = np.flatnonzero(np.arange(203) % 3)
    places = np.full(203, -1)
    places[rows] = np.arange(len(rows))
    kept = {view: features[rows] for view, features in VIEWS.items()}
    ours = with_trainer(trainers, 2, 0, views=kept, rows=rows, places=places)[0]
    assert all(map(np.array_equal, ours, with_fit(2, 0, rows=rows)[0]))


def test_a_head_of_three_classes_learns_what_can_be_learned(trainers):
    history = with_trainer(trainers, 0, 0, classes=3)[1]
    assert history[-1].accuracy > 0.6 > 0.45 > history[0].accuracy


def test_a_head_does_not_depend_on_those_trained_before_it(trainers):
    first = with_trainer(trainers, 2, 0)[0]
    with_trainer(trainers, 3, 5)
    assert all(map(np.array_equal, with_trainer(trainers, 2, 0)[0], first))


def test_half_precision_features_are_trained_on_as_fit_does(trainers):
    half = {view: features.astype(np.float16) for view, features in VIEWS.items()}
    single = {view: features.astype(np.float32) for view, features in half.items()}
    ours = with_trainer(trainers, 1, 0, views=half)[0]
    assert all(map(np.array_equal, ours, with_fit(1, 0, views=single)[0]))


@pytest.mark.parametrize("available", [0, 2**30])
def test_a_file_of_features_that_is_read_in_pieces_trains_the_same_head(
    trainers, monkeypatch, tmp_path, available
):
    whole, history = with_trainer(trainers, 2, 3)
    monkeypatch.setattr(trainer, "CHUNK_BYTES", 70 * 64 * 4)
    monkeypatch.setattr(training, "TESTED_AT_ONCE", 20)
    monkeypatch.setattr(store, "virtual_memory", lambda: Mock(available=available))
    stored = {}
    for view, features in VIEWS.items():
        np.save(tmp_path / f"{view}.npy", features)
        stored[view] = np.load(tmp_path / f"{view}.npy", mmap_mode="r")
    assert len(list(trainer.chunks(FeatureView(stored[0], ALL), ALL, 32))) == 4
    pieces, its_history = with_trainer(trainers, 2, 3, views=stored)
    assert all(map(np.array_equal, whole, pieces))
    assert np.array(its_history) == pytest.approx(np.array(history), abs=1e-5)
