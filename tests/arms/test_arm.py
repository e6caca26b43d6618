from tests.arms.named import named
from viewcache.arms.arm import arms_of
from viewcache.ground.params.loading import load_params


def test_every_arm_and_seed_has_a_head_of_its_own():
    arms = arms_of(load_params().train)
    files = [arm.head_file(seed) for arm in arms for seed in arm.seeds]
    assert len(set(files)) == len(files) == 5 * 5 + 2
    assert [arm.name for arm in arms] == [
        *("cached_0", "cached_1", "cached_2", "cached_4", "cached_10"),
        *("end_to_end", "end_to_end_compiled"),
    ]


def test_an_arm_on_cached_views_knows_its_views_and_stages():
    assert named("cached_0").views == [0]
    assert named("cached_2").views == [1, 2]
    assert named("cached_2").feature_stages == ["extract_1", "extract_2"]
    assert named("cached_2").training_stage == "train_head"


def test_an_arm_that_renders_afresh_reads_no_cached_view():
    arm = named("end_to_end_compiled", 3)
    assert (arm.budget, arm.views) == (None, [])
    assert arm.feature_stages == [arm.training_stage] == ["train_end_to_end_compiled"]
    assert arm.head_file(3).as_posix() == "models/end_to_end/compiled/3.npz"
