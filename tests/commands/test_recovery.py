"""What a killed `dvc` leaves half-written is removed, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from dvc.repo import Repo

from viewcache.commands.recovery import WITHOUT_GIT, recover
from viewcache.ground.errors import PipelineError

STAGE = {"cmd": "echo > a", "outs": [{"path": "a", "hash": "md5", "md5": 32 * "1", "size": 1}]}
WHOLE = f"schema: '2.0'\nstages:\n  draw: {json.dumps(STAGE)}\n"


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Repo.init(no_scm=True).close()
    Path("dvc.yaml").write_text("stages:\n  draw:\n    cmd: echo > a\n    outs: [a]\n")


@pytest.mark.parametrize(
    "content", [WHOLE[:-5], "schema: '2.0'\nst", "schema: '2.0'\nstages: 1\n", "", "\xff"]
)
def test_a_lock_file_that_is_half_written_is_removed(capsys, content):
    Path("dvc.lock").write_text(content, encoding="latin-1")
    recover()
    assert not Path("dvc.lock").exists()
    assert capsys.readouterr().err == "viewcache: dvc.lock was half-written, and is removed\n"
    Repo().reproduce()
    assert Path("a").read_text() == "\n"


def test_a_run_without_a_record_is_removed():
    Path("b").write_text("what the stage reads")
    Path("dvc.yaml").write_text("stages: {copy: {cmd: cp b a, deps: [b], outs: [a]}}")
    Repo().reproduce()
    [record] = Path(".dvc/cache/runs").glob("*/*/*")
    for path in (record, Path("dvc.lock"), Path("a")):
        path.unlink()
    recover()
    assert not record.parent.exists()
    Repo().reproduce()
    assert Path("a").read_text() == "what the stage reads"


def test_what_is_whole_stays(capsys):
    Path("dvc.lock").write_text(WHOLE)
    recover()
    assert Path("dvc.lock").read_text() == WHOLE
    assert capsys.readouterr().err == ""


def test_where_dvc_never_ran_there_is_nothing_to_do(capsys):
    recover()
    assert capsys.readouterr().err == ""


def test_nothing_is_removed_while_another_dvc_is_at_work():
    Path("dvc.lock").write_text("half")
    with (
        Repo().lock,
        pytest.raises(PipelineError, match="no other `dvc` may be at work here"),
    ):
        recover()
    assert Path("dvc.lock").read_text() == "half"


def test_what_dvc_says_of_a_folder_that_is_none_of_its_own_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path.parent)
    with pytest.raises(
        PipelineError, match=r"DVC must open this repository\..*not inside of a DVC"
    ):
        recover()


def test_without_git_the_command_is_told_by_which_dvc_works():
    Path(".dvc/config").write_text("")  # As it comes from git, in which `no_scm` is not set.
    with pytest.raises(PipelineError, match=r"is none: `dvc config .*is not a git repository"):
        recover()
    subprocess.run([sys.executable, "-m", *WITHOUT_GIT.split()], check=True)
    recover()
