import pandas as pd
import pytest
import yaml

from stages import answer, train_head
from tests.stages.workspaces import COURSE, trainable, write_features
from viewcache.answers.equivalence import load_equivalences
from viewcache.answers.table import read_answers
from viewcache.arms.arm import compared_on_cache, longer_arms
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import ANSWERS, EPOCHS, EQUIVALENCE, PARTS, PREPARED, plan_file
from viewcache.heads.saved import open_head
from viewcache.images.folds import open_rotations
from viewcache.images.prepared import open_prepared, read_classes

TEST_VIEWS = (1_000_000, 1_000_001)


@pytest.fixture(scope="module", autouse=True)
def workspace():
    """Heads of all arms on cached views, and what they answer in two test views."""
    with trainable() as folder:
        params = yaml.safe_load((folder / "params.yaml").read_text())
        params["end_to_end"] |= {"keras": 0, "compiled": 0}
        params["evaluate"]["test_views"] = len(TEST_VIEWS)
        (folder / "params.yaml").write_text(yaml.safe_dump(params))
        for view in TEST_VIEWS:
            write_features(view)
        for view in (0, *COURSE.ids, *TEST_VIEWS):
            plan_file(view).parent.mkdir(parents=True, exist_ok=True)
            plan_file(view).touch()
        train_head.main()
        answer.main()
        yield folder


def heads():
    arms = compared_on_cache(load_params(), open_rotations(PARTS))
    return {
        (arm.name, seed, number): open_head(arm.head_file(seed, number))
        for arm in arms
        for seed, number in arm.trainings
    }


def test_every_head_answers_on_its_test_images_and_two_arms_on_those_of_validation():
    images, rotations = open_prepared(PREPARED), open_rotations(PARTS)
    longer = longer_arms(load_params(), rotations)
    arms = [*compared_on_cache(load_params(), rotations), *longer.values()]
    found = read_answers(ANSWERS, arms, images, read_classes(PREPARED))
    asked = {part: [one for one in found if one.part == part] for part in ("test", "validation")}
    assert {(one.arm.name, *one.training) for one in asked["test"]} == heads().keys()
    assert {(one.arm.name, *one.training) for one in asked["validation"]} == {
        (arm.name, *training)
        for pair in longer.items()
        for arm in pair
        for training in arm.trainings
    }
    for one in found:
        assert one.images.tolist() == getattr(rotations[one.rotation], one.part).tolist()
        assert one.logits.shape == (3, len(one.images), 1)


def test_the_epochs_of_every_head_are_told_to_the_bit():
    epochs = pd.read_csv(EPOCHS)
    by_head = epochs.groupby(["arm", "seed", "rotation"])["validation_loss"].apply(list).to_dict()
    assert by_head == {
        one: [epoch.validation_loss for epoch in head.history] for one, head in heads().items()
    }


def test_without_end_to_end_nothing_is_held_to_the_twin():
    assert load_equivalences(EQUIVALENCE, []) == []
