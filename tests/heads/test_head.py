import numpy as np

from viewcache.ground.params.head_settings import HeadSettings
from viewcache.heads.head import build_head


def head(seed=0, classes=2, **changes):
    usual = {"units": 4, "dropout": 0.5, "standardize": False, "weight_decay": 0}
    return build_head(6, classes, HeadSettings(**usual | changes), 0.01, seed)


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


def test_standardized_features_have_mean_0_and_variance_1_by_the_batch():
    first = head(standardize=True).layers[0]
    features = np.random.default_rng(0).normal(7, 3, (200, 6)).astype(np.float32)
    standardized = np.asarray(first(features, training=True))
    assert np.abs(standardized.mean(axis=0)).max() < 1e-5
    assert np.abs(standardized.std(axis=0) - 1).max() < 1e-3


def test_weight_decay_makes_weights_smaller():
    sizes = []
    for weight_decay in (0, 0.5):
        model = head(weight_decay=weight_decay)
        features, labels = np.zeros((160, 6), np.float32), np.zeros((160, 1), np.float32)
        model.fit(features, labels, batch_size=8, verbose=0)
        sizes.append(np.abs(model.get_weights()[0]).max())
    assert sizes[1] < 0.95 * sizes[0]
