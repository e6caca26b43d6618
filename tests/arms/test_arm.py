from tests.arms.named import named
from viewcache.arms.arm import arms_of
from viewcache.ground.params.loading import load_params


def test_every_arm_seed_and_rotation_has_a_head_of_its_own():
    arms = arms_of(load_params().train, 5)
    files = [arm.head_file(*training) for arm in arms for training in arm.trainings]
    assert len(set(files)) == len(files) == 5 * 5 * 5 + 2
    assert [arm.name for arm in arms] == [
        *("cached_0", "cached_1", "cached_2", "cached_4", "cached_10"),
        *("end_to_end", "end_to_end_compiled"),
    ]


def test_cached_arms_train_in_every_rotation_and_end_to_end_in_the_matched_ones():
    changes = {"end_to_end_seeds": [1, 0], "end_to_end_rotations": [2], "budgets": [10, 0]}
    none, all_views, *end_to_end = arms_of(load_params().train.model_copy(update=changes), 3)
    assert (none.budget, all_views.budget) == (0, 10)
    assert none.trainings == all_views.trainings
    assert none.trainings[:4] == [(0, 0), (0, 1), (0, 2), (1, 0)]
    assert [arm.trainings for arm in end_to_end] == [[(1, 2), (0, 2)]] * 2


def test_without_end_to_end_there_are_only_cached_arms():
    arms = arms_of(load_params().train.model_copy(update={"end_to_end": []}), 5)
    assert {arm.budget for arm in arms} == {0, 1, 2, 4, 10}


def test_an_arm_on_cached_views_reads_the_first_of_the_seeds_own_order():
    assert named("cached_0").views(range(1, 11), 0) == [0]
    assert named("cached_2").views(range(1, 11), 0) == [1, 5]
    assert named("cached_2").views(range(1, 11), 1) == [5, 1]
    assert named("cached_2").training_stage == "train_head"
    assert named("cached_2").head_file(3, 1).as_posix() == "models/cached/2/3/1.npz"


def test_an_arm_that_renders_afresh_reads_no_cached_view():
    arm = named("end_to_end_compiled", [3], [1])
    assert (arm.budget, arm.views([1, 2], 3)) == (None, [])
    assert arm.training_stage == "train_end_to_end_compiled"
    assert arm.head_file(3, 1).as_posix() == "models/end_to_end/compiled/3/1.npz"
    assert named("end_to_end").training_stage == "train_end_to_end_keras"
