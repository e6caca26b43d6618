"""A workspace in which stages run as processes of their own, as DVC runs them."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def stage_environment() -> dict[str, str]:
    """The environment in which another folder's stages find this repository's code."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


def extract_command(view: int) -> list[str]:
    """The command of `extract@view` as the default parameters make it."""
    arguments = f"--view {view} --dtype float32 --batch-size 8"
    return [sys.executable, "-m", "stages.extract", *arguments.split()]


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

    def extract(self, view: int) -> None:
        self._run(extract_command(view))

    def _run(self, command: list[str]) -> str:
        return subprocess.run(
            command,
            cwd=self.path,
            env=stage_environment(),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
