"""In a copy of the repository, as `dvc exp run --temp` makes it, images are linked to."""

from pathlib import Path

import pytest

from stages.check_params import main
from tests.photographs import save_crops
from viewcache.commands.own_images import init
from viewcache.ground.errors import PipelineError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The folder of a copy, beside the repository that has the photographs."""
    repository, copy = tmp_path / "repository", tmp_path / "copy"
    save_crops(repository / "own/photos", {"cat": 20, "coffee": 20})
    copy.mkdir()
    monkeypatch.chdir(repository)
    Path("recipes").symlink_to(ROOT / "recipes")
    init(Path("own/photos"), None)
    Path("params.yaml").rename(copy / "params.yaml")
    monkeypatch.chdir(copy)
    return copy


def test_a_relative_path_leads_to_the_images_of_the_repository(copy, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(copy.with_name("repository")))
    for _ in range(2):
        main()
    assert Path("data/params_are_valid").read_text() == "side: 96\n"
    assert Path("own/photos").is_symlink()
    assert len(list(Path("own/photos/cat").iterdir())) == 20


def test_images_that_are_in_neither_are_missed(copy):
    with pytest.raises(PipelineError, match=r"data\.path: must be a folder that exists"):
        main()
    assert not Path("own").exists()
