"""A workspace in which stages run as processes of their own, as DVC runs them."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


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
        command = [sys.executable, "-m", module, *map(str, arguments)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command,
            cwd=self.path,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
