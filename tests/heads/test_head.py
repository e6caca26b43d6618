import numpy as np
import pytest

from stages.heads.head import build_head, load_head_weights, save_head


def head(seed=0, **changes):
    usual = {"width": 6, "classes": 2, "learning_rate": 0.01, "units": 4, "dropout": 0.5}
    return build_head(**usual | changes, seed=seed)


def test_equal_seeds_start_equal_and_others_do_not():
    ours, same, other = (head(seed).get_weights() for seed in (3, 3, 4))
    assert all(map(np.array_equal, ours, same))
    assert not np.array_equal(ours[0], other[0])


def test_a_head_gives_one_logit_an_image():
    logits = np.asarray(head()(np.ones((5, 6), np.float32)))
    assert logits.shape == (5, 1)


def test_of_more_than_two_classes_a_head_gives_a_logit_each():
    assert np.asarray(head(classes=5)(np.ones((3, 6), np.float32))).shape == (3, 5)


def test_equal_seeds_drop_the_same_units_batch_after_batch():
    ones = np.ones((8, 6), np.float32)
    ours, theirs = ([model(ones, training=True) for _ in range(3)] for model in (head(), head()))
    assert all(map(np.array_equal, ours, theirs))
    assert not np.array_equal(ours[0], ours[1])


def test_saved_weights_are_read_and_equal_weights_are_equal_bytes(tmp_path):
    one, other = tmp_path / "a" / "0.npz", tmp_path / "b" / "0.npz"
    save_head(head(), one)
    save_head(head(), other)
    assert all(map(np.array_equal, load_head_weights(one), head().get_weights()))
    assert one.read_bytes() == other.read_bytes()


def test_a_file_that_needs_pickle_is_refused(tmp_path):
    np.savez(tmp_path / "0.npz", np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_head_weights(tmp_path / "0.npz")
