import keras
import numpy as np
import pytest

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.head import build_head
from viewcache.heads.schedule import order_of_epoch
from viewcache.heads.training import (
    Epoch,
    Schedule,
    Score,
    Targets,
    Validation,
    batches_of_epoch,
    by_fit,
    make_deterministic,
    make_targets,
    train,
)

LABELS = np.arange(10) % 2
VIEWS = np.random.default_rng(0).normal(size=(5, 10, 6)).astype(np.float32)


@pytest.fixture(autouse=True)
def deterministic():
    make_deterministic()


def head_of_no_use():
    """It gives every image the logit that it has for a weight."""
    head = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    return head, Validation(np.ones((4, 1), np.float32), np.array([1, 1, 1, 0]))


def trained(logits, patience):
    """Train so that the head has these weights, one an epoch."""
    head, validation = head_of_no_use()
    weights = iter(logits)

    def run_epoch(view, order):
        head.set_weights([np.array([[next(weights)]], np.float32)])
        return Score(loss=10 + view, accuracy=0.25)

    history = train(run_epoch, head, 8, validation, Schedule(len(logits), 4, 2, 0, patience))
    return float(head.get_weights()[0][0, 0]), history


def test_the_history_tells_both_scores_of_every_epoch():
    _, history = trained([0.0, 2.0], None)
    loss = np.mean([np.log1p(np.exp(-2))] * 3 + [np.log1p(np.exp(2))])
    assert history[0] == Epoch(1, 11, 0.25, pytest.approx(np.log(2)), 0.25, kept=False)
    assert history[1] == Epoch(2, 12, 0.25, pytest.approx(loss), 0.75, kept=True)


@pytest.mark.parametrize(
    ("patience", "epochs", "kept"), [(1, 3, 2), (2, 4, 2), (3, 5, 2), (4, 6, 6), (None, 6, 6)]
)
def test_training_stops_when_the_loss_stays_and_keeps_the_best_head(patience, epochs, kept):
    logits = [0.0, 0.5, 0.5, -2.0, 0.4, 1.0]  # of the lowest loss: 1.1
    weight, history = trained(logits, patience)
    assert len(history) == epochs
    assert [entry.epoch for entry in history if entry.kept] == [kept]
    assert weight == np.float32(logits[kept - 1])


@pytest.mark.parametrize("patience", [None, 2])
def test_a_training_that_diverges_is_named(patience):
    rule = r"train\.learning_rate\), as in epoch 2\. Received: a loss of nan$"
    with pytest.raises(PipelineError, match=rule):
        trained([0.0, np.nan, 0.0], patience)


@pytest.mark.parametrize(
    ("budget", "views"),
    [(0, [0, 0, 0, 0]), (1, [1, 1, 1, 1]), (3, [1, 2, 3, 1]), (4, [1, 2, 3, 4])],
)
def test_an_epoch_reads_all_images_of_its_view_in_its_order(budget, views):
    seen = []

    def read(view, rows):
        seen.append((view, rows.tolist()))
        return VIEWS[view][rows]

    settings = HeadSettings(units=4, dropout=0.5, standardize=False, weight_decay=0)
    head = build_head(6, 2, settings, 0.01, seed=5)
    fit = by_fit(head, read, make_targets(LABELS, "none"), batch_size=4)
    train(fit, head, 10, Validation(VIEWS[0], LABELS), Schedule(4, 4, budget, 5, None))
    orders = [order_of_epoch(epoch, 10, seed=5).tolist() for epoch in (1, 2, 3, 4)]
    assert seen == [
        (view, order[start : start + 4])
        for view, order in zip(views, orders, strict=True)
        for start in (0, 4, 8)
    ]


def test_batches_hold_the_labels_and_weights_of_their_rows():
    targets = Targets(np.arange(10), np.arange(10, 20).astype(np.float32))
    order = np.array([7, 2, 5])
    batches = batches_of_epoch(
        lambda view, rows: VIEWS[view][rows], 3, order, targets, 2, keras.KerasTensor((None, 6))
    )
    inputs, labels, weights = map(np.concatenate, zip(*batches.as_numpy_iterator(), strict=True))
    assert np.array_equal(inputs, VIEWS[3][order])
    assert (labels.tolist(), weights.tolist()) == ([[7], [2], [5]], [17, 12, 15])


def test_balanced_weights_give_each_class_the_same_total():
    labels = np.array([0, 0, 0, 1])
    assert make_targets(labels, "balanced").weights == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
    assert make_targets(labels, "none").weights.tolist() == [1, 1, 1, 1]
    assert make_targets(labels, "none").weights.dtype == np.float32
