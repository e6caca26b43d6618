import subprocess

import pytest

from benchmarks.__main__ import clean_commit
from viewcache.ground.errors import PipelineError


@pytest.fixture
def clone(tmp_path):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks/RESULTS.md").write_text("old\n")
    (tmp_path / "code.py").write_text("\n")
    for command in (["init", "--quiet"], ["add", "."], [*identity, "commit", "-qm", "first"]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    return tmp_path


def test_results_name_their_commit_though_they_are_new_themselves(clone):
    (clone / "benchmarks/RESULTS.md").write_text("new\n")
    head = subprocess.check_output(["git", "-C", clone, "rev-parse", "HEAD"], text=True)
    assert head.startswith(clean_commit(clone))


def test_a_change_that_is_not_committed_is_not_measured(clone):
    (clone / "code.py").write_text("x = 1\n")
    with pytest.raises(PipelineError, match=r"code\.py"):
        clean_commit(clone)
