import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from viewcache.ground.entry import run
from viewcache.ground.errors import PipelineError

SHOW = """\
from pathlib import Path
from viewcache.ground.entry import run
run(lambda: print(*[path for path in Path().iterdir() if path == Path("H\\xfcndin \\u2713")]))
"""
ORPHAN = """\
from viewcache.ground.entry import run
run(lambda: (print("at work", flush=True), input()))
"""


def refuse() -> None:
    raise PipelineError("it must be so", "it is not")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_STAGE", raising=False)
    return tmp_path


@pytest.fixture
def stage(monkeypatch):
    monkeypatch.setenv("DVC_STAGE", "draw")
    return Path(".dvc/tmp/draw.running")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (PipelineError("a must be b", "c"), "viewcache: a must be b. Received: c"),
        (OSError("no space"), "viewcache: no space"),
    ],
)
def test_what_the_user_can_mend_is_one_line(error, line):
    def fail() -> None:
        raise error

    with pytest.raises(SystemExit, match=f"^{re.escape(line)}$"):
        run(fail)


def test_a_fault_of_the_program_shows_where_it_is():
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 / 0)


def test_without_dvc_nothing_is_locked(folder):
    run(lambda: None)
    assert list(folder.iterdir()) == []


@pytest.fixture
def orphan(stage):
    """The same stage, at work in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", ORPHAN]
    with subprocess.Popen(command, env=environment, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout.readline() == "at work\n"
        yield process
        process.kill()


def test_a_stage_refuses_to_run_beside_its_orphan(orphan):
    rule = "viewcache: draw still runs, of a `dvc` that was killed: let it end, or end it"
    with pytest.raises(SystemExit, match=f"^{rule}. Received: process {orphan.pid}$"):
        run(lambda: pytest.fail("it ran"))


def test_another_stage_runs_beside_it(orphan, monkeypatch):
    monkeypatch.setenv("DVC_STAGE", "render")
    done = []
    run(lambda: done.append(1))
    assert done == [1]


@pytest.mark.parametrize("end", ["end", "kill"])
def test_once_the_orphan_is_gone_the_stage_runs(orphan, end):
    if end == "kill":
        orphan.kill()
    else:
        orphan.stdin.close()
    orphan.wait()
    done = []
    run(lambda: done.append(1))
    assert done == [1]


def test_a_stage_that_failed_may_run_again(stage):
    for _ in range(2):
        with pytest.raises(SystemExit, match="it must be so"):
            run(refuse)


def test_a_lock_that_cannot_be_written_is_named(stage):
    stage.with_suffix(".process").mkdir(parents=True)
    with pytest.raises(
        SystemExit, match=r"^viewcache: \.dvc/tmp/draw\.process cannot be written\."
    ):
        run(lambda: pytest.fail("it ran"))


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "Hündin ✓"),
        ({"PYTHONIOENCODING": "ascii"}, r"H\xfcndin \u2713"),
    ],
)
def test_names_of_files_are_utf8_and_shown_whatever_the_locale(folder, environment, shown):
    (folder / "Hündin ✓").touch()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment}
    done = subprocess.run([sys.executable, "-c", SHOW], env=environment, stdout=-1, check=True)
    assert done.stdout.decode() == f"{shown}\n"
