"""Views are planned for the images that need them: of folds, for all."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
import yaml

from stages import augment, prepare
from tests.images.pictures import save_noise
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import load_array
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import (
    CONTACT_SHEET,
    PARTS,
    PREPARED,
    plan_file,
    planned_views,
    rows_file,
)
from viewcache.images.folds import open_rotations
from viewcache.images.prepared import open_prepared
from viewcache.views.plan import draw

DEFAULT = yaml.safe_load(Path("params.yaml").read_text())
TEST_VIEWS = [1_000_000, 1_000_001]


@pytest.fixture
def plan_views(tmp_path):
    """Prepare forty images with so many folds, and plan their views."""

    def plan_views(folds: int | None, originals: str = "every_second", **policy: object) -> None:
        data = {"source": "folder", "path": "photos", "manifest": None, "classes": None}
        changed = {
            "data": data | {"image_size": 32, "folds": folds},
            "evaluate": {"test_views": 2},
            "train": {"epochs": 8, "originals": originals},
            "arms": {"budgets": [0, 1, "twin"]},
            "augment": DEFAULT["augment"] | policy,
        }
        Path("params.yaml").write_text(yaml.safe_dump(DEFAULT | changed))
        prepare.main()
        augment.main()

    for number in range(40):
        save_noise(tmp_path / "photos" / ("cat", "dog")[number % 2] / f"{number}.png", number)
    with contextlib.chdir(tmp_path):
        yield plan_views


def planned(view: int) -> list[int]:
    return np.load(rows_file(view)).tolist()


def test_of_folds_every_view_is_planned_for_every_image(plan_views):
    plan_views(3)
    assert planned(1) == planned(TEST_VIEWS[0]) == list(range(40))
    assert CONTACT_SHEET.exists()


def test_of_a_holdout_test_views_are_planned_for_all_that_are_not_trained_on(plan_views):
    plan_views(None)
    [rotation] = open_rotations(PARTS)
    assert planned(1) == rotation.train.tolist()
    assert planned(TEST_VIEWS[0]) == sorted([*rotation.validation, *rotation.test])
    assert min(map(len, (rotation.train, rotation.validation, rotation.test))) > 0


@pytest.mark.parametrize(("originals", "views"), [("every_second", 4), ("never", 8)])
def test_as_many_random_views_are_planned_as_end_to_end_renders(plan_views, originals, views):
    plan_views(3, originals)
    assert planned_views() == [*range(views + 1), *TEST_VIEWS]


def test_plans_are_those_of_the_images_and_view_0_is_of_all(plan_views):
    plan_views(None)
    params, images = load_params(), open_prepared(PREPARED)
    for view in (*range(1, 5), *TEST_VIEWS):
        digests = images.of(np.load(rows_file(view)))
        wanted = draw(params.augment, params.seed, view, digests)
        assert np.array_equal(load_array(plan_file(view)), wanted)
    assert len(load_array(plan_file(0))) == 40


def test_other_folds_leave_every_plan_as_it_was(plan_views):
    plan_views(3)
    before = {path: path.read_bytes() for path in Path("data/views").rglob("*.*")}
    plan_views(4)
    assert {path: path.read_bytes() for path in Path("data/views").rglob("*.*")} == before
    assert len(before) == 2 * (1 + 4 + 1 + 2 + 1)  # plans, and rows of either kind


def test_a_function_of_the_users_that_is_not_deterministic_is_refused(plan_views):
    Path("augmentations").mkdir()
    lines = [
        "from os import urandom",
        "def noisy(image, random):",
        "    return image ^ urandom(1)[0]",
    ]
    Path("augmentations/my_views.py").write_text("\n".join(lines))
    with pytest.raises(PipelineError, match=r"augmentations/my_views\.py:noisy must give the same"):
        plan_views(3, own="my_views.py:noisy")
