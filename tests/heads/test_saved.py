import keras
import numpy as np
import pytest

from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_digests, seal, verify
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.head import build_head, compile_model
from viewcache.heads.history import Epoch
from viewcache.heads.optimizer import CosineToZero
from viewcache.heads.saved import (
    SavedHead,
    Trained,
    open_head,
    save_head,
    save_heads,
    starting_point,
)

SETTINGS = HeadSettings(units=4, dropout=0.5, standardize=False, weight_decay=0)


def head(classes=2, rate=0.01, seed=0, **changes):
    return build_head(6, classes, SETTINGS.model_copy(update=changes), rate, seed)


HISTORY = [
    Epoch(1, 0.25, 0.5, 0.75, 0.625),
    Epoch(2, 0.5, 1, 1.5, 1),
    Epoch(3, 0.25, 1, 1.25, 1),
]


def trained(history=(), kept=None):
    return Trained(head().get_weights(), list(history), "start", kept or {})


def start(model):
    return starting_point(model, model.optimizer)


def test_saved_weights_are_read_and_equal_weights_are_equal_bytes(tmp_path):
    one, other = tmp_path / "a/a/0.npz", tmp_path / "b/b/0.npz"
    for path in (one, other, other):
        save_head(path, trained(), "ab", "c")
    assert all(map(np.array_equal, open_head(one).weights, head().get_weights()))
    assert one.read_bytes() == other.read_bytes()


def test_a_saved_head_says_how_it_came_about(tmp_path):
    save_head(tmp_path / "0.npz", trained(HISTORY), "ab", "c")
    _, *said = open_head(tmp_path / "0.npz")
    assert said == ["start", digest_of_digests("ab"), digest_of_digests("c"), HISTORY]
    assert verify(tmp_path / "0.npz")["history"][0] == {
        **{"epoch": 1, "loss": 0.25, "accuracy": 0.5},
        **{"validation_loss": 0.75, "validation_accuracy": 0.625},
    }


def test_a_head_is_saved_as_it_ended_and_as_it_was_after_each_epoch_that_was_kept(tmp_path):
    ends = {None: head(), 1: head(seed=1), 2: head(seed=2)}
    kept = {epoch: ends[epoch].get_weights() for epoch in (1, 2)}
    save_heads(lambda epoch: tmp_path / f"{epoch}.npz", trained(HISTORY, kept), "ab", "c")
    for epoch, expected in ends.items():
        found = open_head(tmp_path / f"{epoch}.npz")
        assert all(map(np.array_equal, found.weights, expected.get_weights()))
        assert found.history == HISTORY[: epoch or 3]
        assert (found.start, found.images) == ("start", digest_of_digests("ab"))
    assert len(list(tmp_path.iterdir())) == 6  # each with its manifest


@pytest.mark.parametrize("missing", SavedHead._fields[1:])
def test_a_manifest_without_a_part_is_refused(tmp_path, missing):
    np.savez(tmp_path / "0.npz", np.ones(2))
    parts = {"start": "a", "images": "b", "validation_images": "c", "history": []}
    del parts[missing]
    seal(tmp_path / "0.npz", **parts)
    with pytest.raises(PipelineError, match=rf"0\.json is damaged: .* Received: '{missing}'$"):
        open_head(tmp_path / "0.npz")


@pytest.mark.parametrize("history", [[{"epoch": 1}], [3], None])
def test_a_history_that_is_none_is_refused(tmp_path, history):
    np.savez(tmp_path / "0.npz", np.ones(2))
    seal(tmp_path / "0.npz", start="a", images="b", validation_images="c", history=history)
    with pytest.raises(PipelineError, match=r"0\.json is damaged"):
        open_head(tmp_path / "0.npz")


def test_a_damaged_head_is_refused(tmp_path):
    save_head(tmp_path / "0.npz", trained(), "ab", "c")
    (tmp_path / "0.npz").write_bytes((tmp_path / "0.npz").read_bytes()[:-1])
    with pytest.raises(PipelineError, match="is damaged"):
        open_head(tmp_path / "0.npz")


def test_a_file_that_needs_pickle_is_refused(tmp_path):
    np.savez(tmp_path / "0.npz", np.array([{}], dtype=object))
    seal(tmp_path / "0.npz")
    with pytest.raises(ValueError, match="allow_pickle=False"):
        open_head(tmp_path / "0.npz")


def test_heads_built_alike_start_alike_whatever_keras_names_them():
    assert start(head()) == start(head())


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 1},
        {"rate": 0.02},
        {"classes": 3},
        {"units": 5},
        {"dropout": 0.0},
        {"standardize": True},
        {"weight_decay": 0.1},
    ],
)
def test_whatever_differs_makes_another_start(other):
    assert start(head()) != start(head(**other))


def test_a_rate_that_falls_is_another_start_than_one_that_stays_whatever_the_steps():
    falling, started = head(rate=CosineToZero(0.01)), head(rate=CosineToZero(0.01))
    started.optimizer.start_again(1000)
    assert start(falling) == start(started) != start(head())


def test_the_optimizer_is_that_of_the_model_that_is_fitted():
    model = head()
    whole = keras.Sequential([keras.Input((6,)), model])
    compile_model(whole, head().optimizer)
    assert starting_point(model, whole.optimizer) == start(model)
    compile_model(whole, head(rate=0.02).optimizer)
    assert starting_point(model, whole.optimizer) != start(model)


def test_a_head_that_was_given_the_variables_of_another_seed_starts_as_that_one():
    """As `HeadTrainer` does: one head for all seeds."""
    reused, other = head(seed=0), head(seed=1)
    assert start(reused) != start(other)
    for variable, of_other in zip(reused.variables, other.variables, strict=True):
        variable.assign(of_other)
    assert start(reused) == start(other)


def test_other_dropout_masks_are_another_start():
    other = head()
    [state] = [variable for variable in other.variables if "seed" in variable.name]
    state.assign(state.value + 1)
    assert start(other) != start(head())
