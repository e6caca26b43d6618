from typing import NamedTuple
from unittest.mock import Mock

import numpy as np
import pytest

from viewcache.features import store
from viewcache.features.store import FeatureView, Rows
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads import answers, trainer
from viewcache.heads.course import Course
from viewcache.heads.head import build_head
from viewcache.heads.optimizer import CosineToZero
from viewcache.heads.saved import Trained
from viewcache.heads.trainer import HeadTrainer
from viewcache.heads.training import (
    ReadingOrder,
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


def rate_of(falls):
    return CosineToZero(0.01) if falls else 0.01


@pytest.fixture(scope="module")
def trainers():
    make_deterministic()
    return {
        (classes, head, falls): HeadTrainer(64, classes, head, rate_of(falls))
        for classes, head, falls in (
            *((2, PLAIN, True), (3, PLAIN, True), (20, PLAIN, True), (2, PLAIN, False)),
            *((2, REGULARIZED, True), (20, REGULARIZED, True), (3, LINEAR, True)),
        )
    }


def validation(classes):
    return Validation(VIEWS[0][:50], LABELS[classes][:50])


def schedule_of(budget, seed, epochs, originals):
    views = Course(epochs, originals, 4).views(budget, seed)
    return ReadingOrder(views, epochs, 32, seed, kept=(1, 2))


class Training(NamedTuple):
    """What a head is trained with, in either way."""

    budget: int
    seed: int
    classes: int = 2
    weights: str = "none"
    views: dict[int, np.ndarray] = VIEWS
    settings: HeadSettings = PLAIN
    rows: np.ndarray = ALL
    falls: bool = True
    epochs: int = 6
    originals: str = "every_second"

    @property
    def schedule(self):
        return schedule_of(self.budget, self.seed, self.epochs, self.originals)

    def read(self, view, batches):
        return map(self.views[view].__getitem__, batches)

    @property
    def targets(self):
        return make_targets(LABELS[self.classes], self.rows, self.weights)


def with_fit(*given, **changes):
    of = Training(*given, **changes)
    head = build_head(64, of.classes, of.settings, rate_of(of.falls), of.seed)
    fit = by_fit(
        head, lambda view, batches: map(of.views[view].__getitem__, batches), of.targets, 32
    )
    head.optimizer.start_again(of.schedule.steps(len(of.rows)))
    history, kept = train(fit, head, of.rows, validation(of.classes), of.schedule)
    return Trained(head.get_weights(), history, "by fit", kept)


def with_trainer(trainers, *given, places=ALL, **changes):
    of = Training(*given, **changes)
    opened = {view: FeatureView(Rows([features]), places) for view, features in of.views.items()}
    trainer = trainers[of.classes, of.settings, of.falls]
    return trainer.train(opened, of.targets, validation(of.classes), of.schedule)


def assert_same(ours, theirs):
    """To the last bit, at the end and on the way; scores are summed up in another order."""
    assert all(map(np.array_equal, ours.weights, theirs.weights))
    assert list(ours.kept) == list(theirs.kept) == [1, 2]
    for epoch, weights in ours.kept.items():
        assert all(map(np.array_equal, weights, theirs.kept[epoch]))
    for one, other in zip(ours.history, theirs.history, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


@pytest.mark.parametrize(
    "training",
    [
        {"budget": 0, "seed": 0},
        {"budget": 1, "seed": 7, "weights": "balanced"},
        {"budget": 4, "seed": 2, "classes": 3},
        {"budget": 4, "seed": 1, "settings": REGULARIZED},
        {"budget": 4, "seed": 3, "falls": False},
        {"budget": 4, "seed": 3, "originals": "never"},
        {"budget": 3, "seed": 4, "classes": 20, "weights": "balanced"},
        {"budget": 2, "seed": 3, "classes": 20, "settings": REGULARIZED, "weights": "balanced"},
        {"budget": 2, "seed": 5, "classes": 3, "settings": LINEAR},
    ],
    ids=str,
)
def test_a_trainer_trains_the_head_that_fit_trains(trainers, training):
    assert_same(with_trainer(trainers, **training), with_fit(**training))


def test_trainings_of_other_lengths_follow_each_other_as_fit_trains_them(trainers):
    some = np.flatnonzero(np.arange(203) % 3)
    for changes in ({"epochs": 8}, {"epochs": 3}, {"rows": some}, {"epochs": 8}):
        training = {"budget": 4, "seed": 5} | changes
        assert_same(with_trainer(trainers, **training), with_fit(**training))


@pytest.mark.parametrize("falls", [True, False])
def test_a_rate_that_falls_is_another_from_the_start_in_a_longer_training(trainers, falls):
    short, long = (with_trainer(trainers, 0, 0, falls=falls, epochs=of).kept[1] for of in (3, 6))
    assert all(map(np.array_equal, short, long)) == (not falls)


@pytest.mark.parametrize("weights", ["none", "balanced"])
def test_on_some_rows_of_a_larger_array_it_trains_what_fit_trains_to_the_last_bit(
    trainers, weights
):
    rows = np.flatnonzero(np.arange(203) % 3)
    ours = with_trainer(trainers, 4, 2, weights=weights, rows=rows)
    assert_same(ours, with_fit(4, 2, weights=weights, rows=rows))
    of_all = with_trainer(trainers, 4, 2, weights=weights)
    assert not np.array_equal(ours.weights[0], of_all.weights[0])


def test_features_of_some_images_are_found_at_their_places(trainers):
    rows = np.flatnonzero(np.arange(203) % 3)
    places = np.full(203, -1)
    places[rows] = np.arange(len(rows))
    kept = {view: features[rows] for view, features in VIEWS.items()}
    ours = with_trainer(trainers, 2, 0, views=kept, rows=rows, places=places)
    assert_same(ours, with_fit(2, 0, rows=rows))


def test_a_head_of_three_classes_learns_what_can_be_learned(trainers):
    history = with_trainer(trainers, 0, 0, classes=3).history
    assert history[-1].accuracy > 0.6 > 0.45 > history[0].accuracy


def test_a_head_does_not_depend_on_those_trained_before_it(trainers):
    first = with_trainer(trainers, 2, 0)
    with_trainer(trainers, 3, 5)
    assert_same(with_trainer(trainers, 2, 0), first)


def test_half_precision_features_are_trained_on_as_fit_does(trainers):
    half = {view: features.astype(np.float16) for view, features in VIEWS.items()}
    single = {view: features.astype(np.float32) for view, features in half.items()}
    assert_same(with_trainer(trainers, 1, 0, views=half), with_fit(1, 0, views=single))


@pytest.mark.parametrize("available", [0, 2**30])
def test_a_file_of_features_that_is_read_in_pieces_trains_the_same_head(
    trainers, monkeypatch, tmp_path, available
):
    whole = with_trainer(trainers, 2, 3)
    monkeypatch.setattr(trainer, "CHUNK_BYTES", 70 * 64 * 4)
    monkeypatch.setattr(answers, "AT_ONCE", 20)
    monkeypatch.setattr(store, "virtual_memory", lambda: Mock(available=available))
    stored = {}
    for view, features in VIEWS.items():
        np.save(tmp_path / f"{view}.npy", features)
        stored[view] = np.load(tmp_path / f"{view}.npy", mmap_mode="r")
    assert len(list(trainer.chunks(FeatureView(Rows([stored[0]]), ALL), ALL, 32))) == 4
    assert_same(with_trainer(trainers, 2, 3, views=stored), whole)
