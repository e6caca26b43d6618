import numpy as np
import pytest

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.head import build_head
from viewcache.heads.schedule import order_of_epoch
from viewcache.heads.training import (
    Schedule,
    Validation,
    by_fit,
    make_deterministic,
    make_targets,
    train,
)

LABELS = np.arange(10) % 2
HEAD = HeadSettings(units=4, dropout=0.5, standardize=False, weight_decay=0)
VIEWS = np.random.default_rng(0).normal(size=(5, 10, 6)).astype(np.float32)


@pytest.fixture(autouse=True)
def deterministic():
    make_deterministic()


def trained(budget, epochs=4, seed=0, views=VIEWS, seen=None, patience=None):
    def read(view, rows):
        if seen is not None:
            seen.append((view, rows.tolist()))
        return views[view][rows]

    head = build_head(6, 2, HEAD, 0.01, seed)
    fit = by_fit(head, read, make_targets(LABELS, "none"), batch_size=4)
    schedule = Schedule(epochs, 4, budget, seed, patience)
    history = train(fit, head, len(LABELS), Validation(views[0], LABELS), schedule)
    return head.get_weights(), history


@pytest.mark.parametrize(
    ("budget", "views"),
    [(0, [0, 0, 0, 0]), (1, [1, 1, 1, 1]), (3, [1, 2, 3, 1]), (4, [1, 2, 3, 4])],
)
def test_training_reads_all_images_of_the_view_of_each_epoch(budget, views):
    seen = []
    trained(budget, seen=seen)
    assert [view for view, _ in seen] == [view for view in views for _ in range(3)]
    for epoch in range(4):
        rows = [row for _, batch in seen[3 * epoch : 3 * epoch + 3] for row in batch]
        assert rows == order_of_epoch(epoch + 1, 10, seed=0).tolist()
        assert sorted(rows) == list(range(10))


def test_the_same_seed_trains_the_same_head():
    ours, theirs = trained(2)[0], trained(2)[0]
    assert all(map(np.array_equal, ours, theirs))


def test_another_seed_or_view_trains_another_head():
    ours = trained(2)[0][0]
    assert not np.array_equal(ours, trained(2, seed=1)[0][0])
    assert not np.array_equal(ours, trained(3)[0][0])


def test_a_head_learns_what_can_be_learned():
    views = VIEWS + 3 * (LABELS[:, None] - 0.5)
    history = trained(4, epochs=60, views=np.concatenate([views] * 13))[1]
    assert history[-1]["validation_accuracy"] == 1.0
    assert history[-1]["loss"] < history[0]["loss"]


def test_training_stops_when_the_validation_loss_stays_and_keeps_the_best_head():
    head, history = trained(4, epochs=60, patience=3)
    losses = [entry["validation_loss"] for entry in history]
    [kept] = [entry["epoch"] for entry in history if entry["kept"]]
    assert len(history) < 60
    assert kept == 1 + losses.index(min(losses)) == len(history) - 3
    assert all(map(np.array_equal, head, trained(4, epochs=kept)[0]))


@pytest.mark.parametrize("patience", [None, 2])
def test_a_training_that_diverges_is_named(patience):
    views = VIEWS.copy()
    views[1:, 3] = np.inf
    with pytest.raises(PipelineError, match=r"train\.learning_rate.*Received: a loss of nan"):
        trained(2, views=views, patience=patience)


def test_without_patience_the_last_head_is_kept():
    assert [entry["kept"] for entry in trained(4, epochs=3)[1]] == [False, False, True]


def test_a_history_has_an_entry_an_epoch():
    history = trained(2)[1]
    assert [entry["epoch"] for entry in history] == [1, 2, 3, 4]
    assert {"loss", "accuracy", "validation_loss", "validation_accuracy"} <= set(history[0])
