import keras
import numpy as np
import pytest

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.course import order_of_epoch
from viewcache.heads.head import build_head
from viewcache.heads.training import (
    Epoch,
    ReadingOrder,
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


def trained(logits, kept=()):
    """Train so that the head has these weights, one an epoch."""
    head, validation = head_of_no_use()
    weights = iter(logits)

    def run_epoch(view, order):
        head.set_weights([np.array([[next(weights)]], np.float32)])
        return Score(loss=10 + view, accuracy=0.25)

    views = [1, 2, 0][: len(logits)]
    return train(run_epoch, head, np.arange(8), validation, ReadingOrder(views, 40, 4, 0, kept))


def test_the_history_tells_both_scores_of_every_epoch_that_is_run():
    history, _ = trained([0.0, 2.0])
    loss = np.mean([np.log1p(np.exp(-2))] * 3 + [np.log1p(np.exp(2))])
    assert history == [
        Epoch(1, 11, 0.25, pytest.approx(np.log(2)), 0.25),
        Epoch(2, 12, 0.25, pytest.approx(loss), 0.75),
    ]


def test_weights_are_kept_after_the_epochs_that_are_asked_for():
    _, kept = trained([0.5, 2.0, -1.0], kept=(1, 3, 9))
    assert {epoch: float(weights[0][0, 0]) for epoch, weights in kept.items()} == {1: 0.5, 3: -1.0}
    assert trained([0.5, 2.0]).kept == {}


def test_a_training_that_diverges_is_named():
    rule = r"train\.learning_rate\), as in epoch 2\. Received: a loss of nan$"
    with pytest.raises(PipelineError, match=rule):
        trained([0.0, np.nan, 0.0])


@pytest.mark.parametrize(("images", "steps"), [(64, 80), (65, 120), (1, 40)])
def test_steps_are_those_of_all_epochs_whatever_is_run_of_them(images, steps):
    assert ReadingOrder([0, 0], epochs=40, batch_size=32, seed=0).steps(images) == steps


def test_an_epoch_reads_the_training_images_of_its_view_in_its_order():
    seen, training, views = [], np.array([0, 1, 3, 4, 5, 6, 8, 9]), [3, 0, 2, 0]

    def reader(view, batches):
        for rows in batches:
            seen.append((view, rows.tolist()))
            yield VIEWS[view][rows]

    settings = HeadSettings(units=4, dropout=0.5, standardize=False, weight_decay=0)
    head = build_head(6, 2, settings, 0.01, seed=5)
    fit = by_fit(head, reader, make_targets(LABELS, training, "none"), batch_size=3)
    train(fit, head, training, Validation(VIEWS[0], LABELS), ReadingOrder(views, 4, 3, 5))
    orders = [training[order_of_epoch(epoch, 8, seed=5)].tolist() for epoch in (1, 2, 3, 4)]
    assert seen == [
        (view, order[start : start + 3])
        for view, order in zip(views, orders, strict=True)
        for start in (0, 3, 6)
    ]


def in_batches(view, batches):
    return (VIEWS[view][rows] for rows in batches)


def test_batches_hold_the_labels_and_weights_of_their_rows():
    order = np.array([7, 2, 5])
    targets = Targets(order, np.arange(10), np.arange(10, 20).astype(np.float32))
    batches = batches_of_epoch(in_batches, 3, order, targets, 2, keras.KerasTensor((None, 6)))
    inputs, labels, weights = map(np.concatenate, zip(*batches.as_numpy_iterator(), strict=True))
    assert np.array_equal(inputs, VIEWS[3][order])
    assert (labels.tolist(), weights.tolist()) == ([[7], [2], [5]], [17, 12, 15])


def test_balanced_weights_give_each_class_of_the_training_images_the_same_total():
    labels, rows = np.array([1, 0, 0, 0, 1, 1, 1]), np.array([1, 2, 3, 4])
    targets = make_targets(labels, rows, "balanced")
    assert targets.weights == pytest.approx([0, 2 / 3, 2 / 3, 2 / 3, 2, 0, 0])
    assert targets.weights.dtype == np.float32
    assert targets.rows is rows
    assert targets.labels is labels


def test_without_class_weights_every_training_image_counts_once_and_no_other():
    assert make_targets(LABELS, np.array([1, 8]), "none").weights.tolist() == [
        *(0, 1, 0, 0, 0, 0, 0, 0, 1, 0)
    ]
