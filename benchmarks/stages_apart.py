"""A workspace in which stages run as processes of their own, as DVC runs them."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from viewcache.ground.paths import FEATURES, ROWS
from viewcache.ground.stopwatch import load_record

ROOT = Path(__file__).parents[1]


def stage_environment() -> dict[str, str]:
    """The environment in which another folder's stages find this repository's code.

    No compiled base is taken from the user's store: set-up is that of a first run.
    """
    return os.environ | {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": os.devnull}


def extract_by(engine: str) -> list[str]:
    """The command of `extract` in the working folder, whose parameters then name the engine."""
    path = Path("params.yaml")
    params = yaml.safe_load(path.read_text())
    params["extract"]["engine"] = engine
    path.write_text(yaml.safe_dump(params))
    return [sys.executable, "-m", "stages.extract"]


def forget() -> None:
    """Remove all features."""
    for folder in (ROWS, FEATURES):
        shutil.rmtree(folder, ignore_errors=True)


def reproduce(path: Path) -> None:
    """`dvc repro` of a repository, in this environment."""
    path_with_dvc = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path_with_dvc, "XDG_CACHE_HOME": os.devnull}
    command = [sys.executable, "-m", "dvc", "repro", "--quiet"]
    subprocess.run(command, cwd=path, env=environment, check=True, capture_output=True)


class Workspace:
    """A folder with a `params.yaml` of its own; the code is this repository's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "params.yaml").write_text((ROOT / "params.yaml").read_text())

    def set(self, section: str, **values: object) -> None:
        params = yaml.safe_load((self.path / "params.yaml").read_text())
        params[section].update(values)
        (self.path / "params.yaml").write_text(yaml.safe_dump(params))

    def python(self, module: str, *arguments: object) -> str:
        """Run a module and return what it printed."""
        return self._run([sys.executable, "-m", module, *map(str, arguments)])

    def extract_anew(self) -> None:
        """Extract all views as if no row had been computed before."""
        with contextlib.chdir(self.path):
            forget()
        self.extract()

    def extract(self) -> None:
        """Extract what is new."""
        self.python("stages.extract")

    def record(self, name: str) -> dict[str, Any]:
        """What a stage's stopwatch wrote."""
        with contextlib.chdir(self.path):
            return load_record(name)

    def _run(self, command: list[str]) -> str:
        return subprocess.run(
            command,
            cwd=self.path,
            env=stage_environment(),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout


def cloned(path: Path) -> Workspace:
    """A clone of this repository, which `reproduce` runs."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(path)], check=True)
    return Workspace(path)
