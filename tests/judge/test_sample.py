import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.judge.sample import Sample
from viewcache.judge.statistics import accuracy_interval, difference_interval

LABELS = np.array([0, 0, 0, 1])
TABLE = np.array([[1.0, 1, 0, 0], [1, 0, 0, 1]])


def random_tables(seed, images=40):
    rng = np.random.default_rng(seed)
    return [(rng.random((3, images)) < 0.8).astype(float) for _ in range(2)]


def test_balanced_accuracy_is_the_mean_over_classes():
    assert Sample(LABELS).estimate(TABLE) == pytest.approx(4 / 8)
    balanced = Sample(LABELS, measure="balanced_accuracy")
    assert balanced.estimate(TABLE) == pytest.approx((3 / 6 + 1 / 2) / 2)


def test_an_images_influence_is_its_class_weight_times_its_distance_from_the_class():
    found = Sample(LABELS, measure="balanced_accuracy").influences(TABLE)
    mean, weight, rare = 0.5, 4 / (2 * 3), 4 / (2 * 1)
    expected = [mean + weight * (1 - 0.5), mean + weight * (1 - 0.5), mean - weight * 0.5]
    np.testing.assert_allclose(found[0], [*expected, mean - rare * 0.5])


def test_a_groups_influence_is_its_size_times_its_distance_from_the_estimate():
    found = Sample(LABELS, np.array([7, 7, 7, 2])).influences(TABLE)
    np.testing.assert_allclose(found[0], [0.5 + 0.5 * (0 - 0.5), 0.5 + 1.5 * (2 / 3 - 0.5)])


@pytest.mark.parametrize("groups", [None, np.array([0, 0, 1, 1])])
@pytest.mark.parametrize("measure", ["accuracy", "balanced_accuracy"])
def test_influences_and_shares_have_the_estimate_as_their_mean(groups, measure):
    sample = Sample(np.array([0, 1, 1, 1]), groups, measure)
    for found in (sample.influences(TABLE), sample.shares(TABLE)):
        seeds = [sample.estimate(row[None]) for row in TABLE]
        np.testing.assert_allclose(found.mean(axis=1), seeds)


def test_without_groups_deviations_have_the_unbiased_variance():
    [table, _] = random_tables(0)
    found = (Sample(np.zeros(40, int)).deviations(table) ** 2).mean()
    assert found == pytest.approx(table.mean(axis=0).var(ddof=1))


def test_a_mean_over_one_unit_is_not_spread():
    assert Sample(LABELS, np.array([0, 1, 0, 1])).is_spread
    assert not Sample(LABELS, np.zeros(4, int)).is_spread
    assert not Sample(LABELS, measure="balanced_accuracy").is_spread  # one image of class 1


@given(st.integers(0, 1000), st.sampled_from(["accuracy", "balanced_accuracy"]))
def test_groups_of_one_image_each_are_no_groups(seed, measure):
    arm, reference = random_tables(seed)
    labels = np.arange(40) % 3 % 2
    alone = Sample(labels, np.random.default_rng(seed).permutation(40) + 5, measure)
    found, without = (
        difference_interval(arm, reference, sample)
        for sample in (alone, Sample(labels, None, measure))
    )
    assert (found.low, found.high) == pytest.approx((without.low, without.high))


@given(st.integers(0, 1000))
def test_where_classes_are_equally_large_balanced_accuracy_is_accuracy(seed):
    [table, _] = random_tables(seed)
    labels = np.random.default_rng(seed).permutation(np.arange(40) % 2)
    balanced = accuracy_interval(table, Sample(labels, measure="balanced_accuracy"))
    assert balanced.estimate == pytest.approx(table.mean())
    assert Sample(labels, measure="balanced_accuracy").effective_images == pytest.approx(40)


def test_the_sample_of_some_of_the_images_keeps_their_groups_and_the_measure():
    sample = Sample(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2]), "balanced_accuracy").at(
        [0, 1, 3]
    )
    assert (sample.labels.tolist(), sample.groups.tolist()) == ([0, 0, 1], [0, 1, 2])
    assert sample.measure == "balanced_accuracy"
    assert Sample(np.array([0, 1])).at([1]).groups is None
