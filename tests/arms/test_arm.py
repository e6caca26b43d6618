from dataclasses import replace

import numpy as np
import pytest

from tests.arms.named import COURSE, named, params_with, rotation_of
from viewcache.arms.arm import (
    baseline_arm,
    book_arm,
    cached_arms,
    compared_on_cache,
    course_of,
    end_to_end_arms,
    kept_epochs,
    longer_arms,
)
from viewcache.heads.course import course


def settings(budgets=(4, 0, "twin", 1), end_to_end=None, **train):
    changes = {"train": {"epochs": 20} | train, "arms": {"budgets": budgets}}
    return params_with(**changes, end_to_end=end_to_end or {})


def rotations(count, images=1600):
    return [rotation_of([], number, np.arange(images)) for number in range(count)]


def test_every_arm_seed_and_rotation_has_a_head_of_its_own():
    stated = settings(end_to_end={"keras": 2, "compiled": "all"})
    arms = [
        *compared_on_cache(stated, rotations(5)),
        *longer_arms(stated, rotations(5)).values(),
        *end_to_end_arms(stated, rotations(5)),
    ]
    files = [
        arm.head_file(*training, epoch)
        for arm in arms
        for training in arm.trainings
        for epoch in (None, 1, 2)
    ]
    assert len(set(files)) == len(files) == 3 * (5 + 5 * (4 * 5 + 5) + 2 * 5 + 2)
    assert [arm.name for arm in arms] == [
        *("baseline", "cached_0", "cached_1", "cached_4", "cached_10", "views_only_10"),
        *("cached_0_twice_as_long", "cached_10_twice_as_long"),
        *("end_to_end", "end_to_end_compiled"),
    ]
    assert {arm.name for arm in arms if arm.is_twin} == {"cached_10"}


def test_the_twin_stands_once_if_its_number_is_stated_too():
    arms = cached_arms(settings(budgets=[0, 10, "twin"]), rotations(3))
    assert [arm.random_views for arm in arms] == [0, 10]


def test_cached_arms_train_in_every_rotation_and_end_to_end_in_the_matched_ones():
    stated = settings(end_to_end={"seeds": [1, 0], "rotations": [2]})
    none, *_, twin = cached_arms(stated, rotations(3))
    assert none.trainings == twin.trainings
    assert none.trainings[:4] == [(0, 0), (0, 1), (0, 2), (1, 0)]
    assert [arm.trainings for arm in end_to_end_arms(stated, rotations(3))] == [
        [(1, 2), (0, 2)]
    ] * 2


@pytest.mark.parametrize(
    ("images", "epochs"), [([1600, 1600], 40), ([640, 640], 100), ([620, 660], 100)]
)
def test_the_course_is_one_by_the_mean_of_the_rotations(images, epochs):
    parts = [rotation_of([], number, np.arange(count)) for number, count in enumerate(images)]
    assert course_of(settings(epochs="auto"), parts) == course(epochs, "every_second")
    assert course_of(settings(originals="never"), parts) == course(20, "never")


def test_an_arm_on_cached_views_goes_round_the_first_of_the_seeds_own_order():
    order = COURSE.order(0)
    assert named("cached_0").views(0) == [0] * 20
    assert named("cached_2").views(0) == [order[0], 0, order[1], 0] * 5
    assert named("cached_2").views(1)[::2] == COURSE.order(1)[:2] * 5
    assert named("cached_2").training_stage == "train_head"
    assert named("cached_2").training_name(3, 1) == "cached_2 seed 3 rotation 1"
    assert named("cached_2").head_file(3, 1).as_posix() == "models/cached/2/3/1.npz"
    assert named("cached_2").head_file(3, 1, 4).as_posix() == "models/cached/2/3/1_epoch_4.npz"


def test_an_arm_that_renders_afresh_reads_the_views_of_the_twin():
    arm = named("end_to_end_compiled", [3], [1])
    assert arm.fresh
    assert arm.views(3) == named("cached_10").views(3)
    assert arm.training_stage == "train_end_to_end_compiled"
    assert arm.head_file(3, 1).as_posix() == "models/end_to_end/compiled/3/1.npz"
    assert named("end_to_end").training_stage == "train_end_to_end_keras"


def test_end_to_end_that_is_cut_short_reads_the_first_of_its_views_and_has_no_end():
    arm = named("end_to_end", epochs=4)
    assert arm.views(0) == named("end_to_end").views(0)[:4]
    assert (arm.is_whole, named("end_to_end").is_whole) == (False, True)
    assert arm.course == COURSE


def test_of_no_epochs_there_is_no_arm_and_of_more_than_there_are_a_whole_one():
    stated = settings(end_to_end={"keras": 0, "compiled": 40})
    [arm] = end_to_end_arms(stated, rotations(3))
    assert (arm.kind, arm.epochs, arm.is_whole) == ("compiled", 20, True)


def test_arms_that_train_twice_as_long_go_round_the_same_views_with_one_seed():
    pairs = longer_arms(settings(), rotations(2))
    assert [arm.name for arm in pairs] == ["cached_0", "cached_10"]
    for arm, longer in pairs.items():
        assert longer.views(0) == 2 * arm.views(0)
        assert (longer.epochs, longer.is_whole, longer.is_twin) == (40, True, False)
        assert longer.trainings == arm.trainings == [(0, 0), (0, 1)]


def test_the_book_s_way_reads_as_many_views_and_never_the_images():
    arm = book_arm(settings(), rotations(2))
    *_, twin = cached_arms(settings(), rotations(2))
    assert arm.views(0) == 2 * COURSE.order(0)
    assert (arm.role, arm.trainings, arm.is_twin) == ("views_only", twin.trainings, False)
    assert book_arm(settings(originals="never"), rotations(2)) is None


def test_the_baseline_is_trained_once_a_rotation():
    arm = baseline_arm(settings(), rotations(3))
    assert (arm.role, arm.trains_on_cache) == ("baseline", False)
    assert arm.trainings == [(0, 0), (0, 1), (0, 2)]
    assert arm.head_file(0, 1).as_posix() == "models/cached/baseline/0/1.npz"


def test_of_all_on_the_cache_the_baseline_is_first_and_the_book_s_way_last():
    roles = [arm.role for arm in compared_on_cache(settings(), rotations(2))]
    assert roles == ["baseline", *4 * ["cached"], "views_only"]
    roles = [arm.role for arm in compared_on_cache(settings(originals="never"), rotations(2))]
    assert roles == ["baseline", *4 * ["cached"]]


@pytest.mark.parametrize("originals", ["every_second", "never"])
def test_the_twin_has_as_many_views_as_end_to_end_renders(originals):
    whole = course(20, originals)
    twin = named(f"cached_{whole.random_views}", whole=whole)
    assert twin.is_twin
    assert twin.views(7) == named("end_to_end", whole=whole).views(7)
    assert not replace(twin, random_views=twin.random_views - 1).is_twin


def test_weights_on_the_way_are_kept_of_the_first_seed_where_both_ways_train_it():
    twin, fresh = named("cached_10"), named("end_to_end", epochs=2)
    assert kept_epochs(3, twin, 3, 0) == [1, 2, 3, 4]
    assert kept_epochs(3, fresh, 3, 0) == [1, 2]
    others = [(named("cached_2"), 3, 0), (twin, 4, 0), (twin, 3, 1), (fresh, 4, 0)]
    assert all(kept_epochs(3, *other) == [] for other in others)
