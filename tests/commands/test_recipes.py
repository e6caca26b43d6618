"""A recipe takes the place of params.yaml, and of nobody's changes."""

import subprocess
from pathlib import Path

import pytest

from viewcache.commands.recipes import recipe_file, use_recipe
from viewcache.ground.errors import PipelineError

PARAMS = Path("params.yaml")
REFERENCE = """# elpv
seed: 0

# Cells.
augment:
  zoom: 0.1  # a fraction

train:
  zoom: 3
  head: {units: 256, dropout: 0.5}  # of dense layers
"""
BOOK = """# book
augment:
  zoom: 0.2

train:
  head: {units: null, dropout: 0}
"""
FILLED = """# book
seed: 0

augment:
  zoom: 0.2  # a fraction

train:
  zoom: 3
  head: {units: null, dropout: 0}  # of dense layers
"""
COMMITTED = "# params.yaml\nseed: 7\n"
ANOTHER_HEAD = REFERENCE.replace("# elpv", "# params.yaml")
GIT = ("git", "-c", "user.name=test", "-c", "user.email=test@example.org")


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    """Two recipes, and a params.yaml that is committed and none of them."""
    monkeypatch.chdir(tmp_path)
    Path("recipes").mkdir()
    Path("params.yaml").write_text(COMMITTED)
    Path("recipes/elpv.yaml").write_text(REFERENCE)
    Path("recipes/book.yaml").write_text(BOOK)
    for command in (["init", "-q"], ["add", "params.yaml"], ["commit", "-qm", "test"]):
        subprocess.run([*GIT, *command], check=True)


def test_an_unknown_recipe_names_those_there_are():
    with pytest.raises(PipelineError, match=r"^RECIPE must be one of book, elpv\. Received: bok$"):
        use_recipe("bok")
    assert PARAMS.read_text() == COMMITTED


@pytest.mark.parametrize("stands", [COMMITTED, REFERENCE, FILLED, None])
def test_what_is_committed_or_a_recipe_or_not_there_is_replaced(stands):
    PARAMS.write_text(stands) if stands else PARAMS.unlink()
    use_recipe("book")
    assert PARAMS.read_text() == FILLED


@pytest.mark.parametrize("edited", [REFERENCE + "seed: 1\n", BOOK, COMMITTED.strip(), ""])
def test_an_edited_file_is_refused_and_left_alone(edited):
    PARAMS.write_text(edited)
    with pytest.raises(PipelineError, match=r"params\.yaml must be .* Received: changes that are"):
        use_recipe("book")
    assert PARAMS.read_text() == edited


def test_what_was_committed_before_the_last_commit_is_an_edit():
    PARAMS.write_text("seed: 2\n")
    subprocess.run([*GIT, "commit", "-qam", "test"], check=True)
    PARAMS.write_text(COMMITTED)
    with pytest.raises(PipelineError, match="must be committed or removed"):
        use_recipe("book")


def test_outside_of_git_any_file_that_is_no_recipe_but_for_its_head_is_an_edit():
    Path(".git").rename("elsewhere")
    with pytest.raises(PipelineError, match="must be committed or removed"):
        use_recipe("book")
    PARAMS.write_text(ANOTHER_HEAD)
    use_recipe("book")
    assert PARAMS.read_text() == FILLED


def test_a_recipe_is_found_by_its_name():
    assert recipe_file("elpv").read_text() == REFERENCE
