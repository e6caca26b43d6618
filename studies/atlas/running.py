"""Run cells by the pipeline's own commands: a clone a set, an experiment a cell."""

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from studies.atlas.cells import Settings
from viewcache.ground.errors import PipelineError

ROOT = Path(__file__).parents[2]
PYTHON = Path(sys.executable)
DVC = [str(PYTHON), "-m", "dvc"]
ENVIRONMENT = os.environ | {"PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}"}
AUTHOR = {"user.name": "atlas", "user.email": "atlas@localhost"}


def clone_for(work: Path, name: str, folder: Path | None) -> Path:
    """The clone for a set, made whole or not at all.

    Args:
        folder: Of images; None for those of the default parameters.
    """
    clone, made = work / name, work / f".{name}"
    if clone.exists():
        return clone
    shutil.rmtree(made, ignore_errors=True)
    _call(work, "git", "clone", "--quiet", str(ROOT), str(made))
    for key, value in AUTHOR.items():
        _call(made, "git", "config", key, value)
    _call(made, *DVC, "cache", "dir", "--local", str(work / "cache"))
    if folder:
        _call(made, str(PYTHON), "-m", "viewcache", "init", str(folder))
        _call(made, "git", "commit", "--quiet", "--all", "--message", f"Parameters for {name}")
    return made.rename(clone)


def experiments(clone: Path) -> set[str]:
    """Names of the experiments that ended well."""
    command = ["git", "for-each-ref", "--format=%(refname)", "refs/exps/??/*/*"]
    listed = subprocess.run(command, cwd=clone, check=True, capture_output=True, text=True)
    return {Path(line).name for line in listed.stdout.splitlines()}


def run_experiment(clone: Path, name: str, settings: Settings, log: Path) -> bool:
    """Whether it ended well."""
    wanted = [word for key, value in settings.items() for word in ("-S", f"{key}={value}")]
    command = [*DVC, "exp", "run", "--temp", "--name", name, *wanted]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        done = subprocess.run(
            command, cwd=clone, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT
        )
    return done.returncode == 0


def run_cells(wanted: Sequence[tuple[Path, str, Settings]], logs: Path) -> Mapping[str, Path]:
    """Run what is not there yet, and say how long each took.

    Args:
        wanted: Clone, name and settings of each.

    Returns:
        From each that failed, SET/CELL, to its log.
    """
    failed = {}
    for clone, name, settings in wanted:
        title, began = f"{clone.name}/{name}", time.monotonic()
        if name in experiments(clone):
            print(f"{title}: is there", flush=True)
            continue
        log = logs / f"{title}.log"
        ended_well = run_experiment(clone, name, settings, log)
        if not ended_well:
            failed[title] = log
        outcome = "" if ended_well else f", failed: {log}"
        print(f"{title}: {time.monotonic() - began:,.0f} s{outcome}", flush=True)
    return failed


def _call(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT)
    if done.returncode:
        rule = f"{shlex.join(command)} must end well: what stopped it stands above"
        raise PipelineError(rule, f"exit status {done.returncode}")
