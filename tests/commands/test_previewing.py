import re
import sys

import pytest

from tests.photographs import save_crops
from tests.repository import make_repository, stages_in
from viewcache.answers import tested
from viewcache.ground.paths import ANSWERS

PREVIEW = sys.executable, "-m", "viewcache", "preview"
ARMS = {
    "logistic regression": "baseline",
    "no augmentation": "cached_0",
    "image and 2 views": "cached_2",
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """Forty photographs, eleven views of each, one of them for the test."""
    folder = tmp_path_factory.mktemp("preview")
    save_crops(folder / "photos", {"cat": 20, "coffee": 20})
    (folder / "repository").mkdir()
    repository = make_repository(folder / "repository")
    own = {"source": "folder", "path": "../photos", "limit": None, "folds": 3}
    repository.set("data", **own, manifest=None, classes=None, image_size=32)
    repository.set("train", epochs=20)
    repository.set("arms", budgets=[0, 2, "twin"], seeds=[1, 0])
    repository.set("end_to_end", keras=0, compiled=0, seeds=[1])
    return repository


def test_the_first_answer_is_of_rows_and_heads_of_the_last(repository):
    output = repository.run(*PREVIEW)
    assert {"prepare", "augment", "compile_base"} <= {*stages_in(output)}
    assert "120 rows of the first 3 views\n" in output
    assert re.search(
        r"This is not the end: `dvc repro` goes on, for about \d+ (seconds|minutes)", output
    )
    assert "480 rows of 12 views: 360 computed\n" in repository.dvc("repro", "answer")
    answers = tested.compared_columns((repository.path / ANSWERS).read_bytes())
    for name, arm in ARMS.items():
        found = tested.tested_by(answers, arm)
        right = found.right[found.seeds.index(1), 0].mean()
        assert re.search(rf"^{name} +{right:.3f}$", output, re.MULTILINE)
    assert repository.run(*PREVIEW) == ""


def test_where_few_views_are_planned_the_whole_answer_is_soon_there(repository):
    repository.set("train", epochs=4)
    assert "first" not in repository.run(*PREVIEW)


def test_what_stops_a_stage_is_told_once(repository):
    repository.set("data", image_size="large")
    output = repository.run(*PREVIEW, fails=True)
    assert len(re.findall("^viewcache: ", output, re.MULTILINE)) == 1
    assert "Traceback" not in output
