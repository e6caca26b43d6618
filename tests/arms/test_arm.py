from viewcache.arms.arm import budget_of, feature_stages, trained_heads, training_stage
from viewcache.ground.params.loading import load_params


def test_every_arm_and_seed_has_a_head_of_its_own():
    heads = trained_heads(load_params().train)
    assert len(heads) == 5 * 5 + 2
    assert len({head.path for head in heads}) == len(heads)
    assert {head.arm for head in heads} >= {"cached_0", "cached_10", "end_to_end"}


def test_an_arm_knows_the_stages_behind_it():
    assert (budget_of("cached_2"), budget_of("end_to_end")) == (2, None)
    assert feature_stages("cached_0") == ["extract_0"]
    assert feature_stages("cached_2") == ["extract_1", "extract_2"]
    assert training_stage("cached_2") == "train_head"
    assert training_stage("end_to_end") == "train_end_to_end_keras"
    assert feature_stages("end_to_end_compiled") == ["train_end_to_end_compiled"]
