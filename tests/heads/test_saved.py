import keras
import numpy as np
import pytest

from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_digests, seal, verify
from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.head import build_head, compile_model
from viewcache.heads.saved import Trained, load_weights, save_head, starting_point

SETTINGS = HeadSettings(units=4, dropout=0.5, standardize=False, weight_decay=0)


def head(classes=2, rate=0.01, seed=0, **changes):
    return build_head(6, classes, SETTINGS.model_copy(update=changes), rate, seed)


def start(model):
    return starting_point(model, model.optimizer)


def test_saved_weights_are_read_and_equal_weights_are_equal_bytes(tmp_path):
    one, other = tmp_path / "a" / "0.npz", tmp_path / "b" / "0.npz"
    for path in (one, other):
        save_head(path, Trained(head(), [], "start"), "ab", "c")
    assert all(map(np.array_equal, load_weights(one), head().get_weights()))
    assert one.read_bytes() == other.read_bytes()


def test_the_manifest_says_how_a_head_came_about(tmp_path):
    history = [{"epoch": 1, "loss": 0.25}]
    save_head(tmp_path / "0.npz", Trained(head(), history, "start"), "ab", "c")
    manifest = verify(tmp_path / "0.npz", images=digest_of_digests("ab"))
    assert (manifest["start"], manifest["history"]) == ("start", history)
    assert manifest["validation_images"] == digest_of_digests("c")


def test_a_damaged_head_is_refused(tmp_path):
    save_head(tmp_path / "0.npz", Trained(head(), [], "start"), "ab", "c")
    (tmp_path / "0.npz").write_bytes((tmp_path / "0.npz").read_bytes()[:-1])
    with pytest.raises(PipelineError, match="is damaged"):
        load_weights(tmp_path / "0.npz")


def test_a_file_that_needs_pickle_is_refused(tmp_path):
    np.savez(tmp_path / "0.npz", np.array([{}], dtype=object))
    seal(tmp_path / "0.npz")
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_weights(tmp_path / "0.npz")


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


def test_the_optimizer_is_that_of_the_model_that_is_fitted():
    model = head()
    whole = keras.Sequential([keras.Input((6,)), model])
    compile_model(whole, 0.01, 0)
    assert starting_point(model, whole.optimizer) == start(model)
    compile_model(whole, 0.02, 0)
    assert starting_point(model, whole.optimizer) != start(model)
