"""Linear heads on features that are good for something, for nothing, or for the wrong images."""

import numpy as np

from viewcache.judge.linear_heads import cross_validate

RNG = np.random.default_rng(0)
LABELS = np.arange(90) % 2
TESTS = [np.arange(fold, 90, 3) for fold in range(3)]
TELLING = (LABELS[:, None] + RNG.normal(0, 0.1, (90, 4))).astype(np.float32)
NOISE = RNG.normal(size=(90, 4)).astype(np.float32)


def right(clean, altered=None, training=None, tests=TESTS, weights="none", labels=LABELS):
    tested = {"clean": clean, "robustness": clean if altered is None else altered}
    return cross_validate(training or [clean], tested, labels, tests, weights)


def test_features_that_tell_the_classes_apart_are_good_for_all():
    assert right(TELLING)["clean"].tolist() == [[1.0] * 90] * 2


def test_features_without_meaning_are_good_for_half():
    assert 0.3 < right(NOISE)["clean"].mean() < 0.7


def test_no_head_is_tested_on_what_it_was_trained_on():
    by_heart = np.eye(90, dtype=np.float32)
    assert right(by_heart)["clean"].mean() < 0.6


def test_heads_are_tested_in_views_that_they_were_not_trained_on():
    found = right(TELLING, altered=1 - TELLING)
    assert found["clean"].mean() == 1
    assert found["robustness"].mean() == 0


def test_heads_are_trained_on_all_views_that_they_are_given():
    turned = np.roll(TELLING * [1, 0, 0, 0], 1, axis=1)
    one, both = (
        right(turned, training=views)["clean"].mean()
        for views in ([TELLING * [1, 0, 0, 0]], [TELLING * [1, 0, 0, 0], turned])
    )
    assert one < 0.7 < both


def test_of_a_holdout_only_the_tested_images_are_told():
    assert right(TELLING, tests=TESTS[:1])["clean"].shape == (2, 30)


def test_a_balanced_head_names_the_rare_class_more_often():
    labels = (np.arange(90) % 10 == 0).astype(int)
    features = (labels[:, None] + RNG.normal(0, 0.7, (90, 2))).astype(np.float32)
    rare = labels == 1
    none, balanced = (
        right(features, labels=labels, weights=weights)["clean"][0, rare].mean()
        for weights in ("none", "balanced")
    )
    assert balanced > none


def test_where_one_class_is_left_to_train_on_that_is_the_answer():
    labels = (np.arange(90) < 30).astype(int)
    tests = [np.arange(30), np.arange(30, 60), np.arange(60, 90)]
    found = right(TELLING, labels=labels, tests=tests)["clean"][0]
    assert found[:30].tolist() == [0.0] * 30
