"""A copy of this repository with a git history of its own, on a slice of the real images."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from mlflow.entities import Run

ROOT = Path(__file__).parents[1]
TRACING = ROOT / "tests/tracing"
_IN_TESTS = re.compile("MLFLOW|PYTEST|^CI$")
"""Names in the environment by which MLflow, and what reports its use, may tell a test."""
NOT_COPIED = ("docs/", "plots/", "dvc.lock", "metrics.json", "results.json", "report.html")
LINKED = ("/data/source/", "/.dvc/cache/files/")
SLICE = {
    "data": {"limit": 120, "image_size": 64, "folds": 3},
    "train": {"epochs": 4},
    "arms": {"budgets": [0, 1, "twin"], "seeds": [0, 1]},
    "evaluate": {"test_views": 1},
}


class Repository:
    """A checkout in which the real `git` and `dvc` run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._environment = {
            **{name: value for name, value in os.environ.items() if not _IN_TESTS.search(name)},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{
                f"GIT_{role}_{field}": value
                for role in ("AUTHOR", "COMMITTER")
                for field, value in (("NAME", "test"), ("EMAIL", "test@example.org"))
            },
        }

    def run(self, *command: str, fails: bool = False, **environment: str) -> str:
        """Run a command and return all it printed."""
        done = subprocess.run(
            command,
            cwd=self.path,
            env=self._environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=500,
        )
        assert (done.returncode != 0) == fails, done.stdout
        return done.stdout

    def dvc(self, *arguments: str, fails: bool = False, **environment: str) -> str:
        return self.run(sys.executable, "-m", "dvc", *arguments, fails=fails, **environment)

    def repro(self, *arguments: str, fails: bool = False) -> list[str]:
        """The stages that `dvc repro` ran."""
        return stages_in(self.dvc("repro", *arguments, fails=fails))

    def start(
        self, *command: str, environment: Mapping[str, str] = {}, **options: Any
    ) -> subprocess.Popen[str]:
        """Start a command in the background, in a process group of its own."""
        return subprocess.Popen(
            command,
            cwd=self.path,
            env={**self._environment, **environment},
            text=True,
            start_new_session=True,
            **options,
        )

    def watched(self) -> dict[str, str]:
        """The environment of processes that note what they use and call, at home in `.dvc/tmp`."""
        notes = self.path / ".dvc/tmp"
        (notes / "home").mkdir(parents=True, exist_ok=True)
        (notes / "called").touch()
        return {
            "PYTHONPATH": str(TRACING),
            "CALLED": str(notes / "called"),
            "HOME": str(notes / "home"),
        }

    def called(self) -> set[str]:
        """The hosts that watched processes called."""
        lines = (self.path / ".dvc/tmp/called").read_text().splitlines()
        return {line.split()[0] for line in lines}

    def left_at_home(self) -> set[str]:
        """Names of what watched processes left in their home: of folders, or files at its top."""
        home = self.path / ".dvc/tmp/home"
        return {path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()}

    def commit(self) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", "test")

    def set(self, section: str, **values: object) -> None:
        params = yaml.safe_load((self.path / "params.yaml").read_text())
        params[section].update(values)
        # As DVC writes null itself, so that `-S` changes no byte but those of its parameter.
        text = yaml.safe_dump(params).replace(": null\n", ":\n")
        (self.path / "params.yaml").write_text(text)

    def copy(self, path: Path) -> "Repository":
        """A repository of its own; images and DVC's cache, which nobody writes to, are linked."""

        def copy_or_link(source: str, target: str) -> None:
            linked = any(folder in source for folder in LINKED)
            (os.link if linked else shutil.copy2)(source, target)

        shutil.copytree(self.path, path, symlinks=True, copy_function=copy_or_link)
        return Repository(path)

    def metrics(self) -> dict:
        return json.loads((self.path / "metrics.json").read_text())

    def results(self) -> dict:
        return json.loads((self.path / "results.json").read_text())

    def outs(self) -> dict[str, str]:
        """From each out to its digest, as dvc.lock has them."""
        stages = yaml.safe_load((self.path / "dvc.lock").read_text())["stages"].values()
        return {out["path"]: out["md5"] for stage in stages for out in stage["outs"]}

    def runs(self) -> list["Run"]:
        import mlflow  # which takes seconds, and few tests need

        client = mlflow.MlflowClient(f"sqlite:///{self.path}/mlflow.db")
        experiment = client.get_experiment_by_name("viewcache")
        return list(client.search_runs([experiment.experiment_id], max_results=1000))

    def children(self, parent: "Run") -> list["Run"]:
        return [
            run
            for run in self.runs()
            if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id
        ]

    def parents(self) -> list["Run"]:
        """Pipeline runs, newest first."""
        return [run for run in self.runs() if "mlflow.parentRunId" not in run.data.tags]


def stages_in(output: str) -> list[str]:
    lines = [line for line in output.splitlines() if line.startswith("Running stage '")]
    return [line.split("'")[1] for line in lines]


def make_repository(path: Path) -> Repository:
    """Copy what git would commit of this checkout, cut the parameters to a slice, and commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if name.startswith(NOT_COPIED) or not (ROOT / name).exists():
            continue
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, path / name)
    repository = Repository(path)
    for section, values in SLICE.items():
        repository.set(section, **values)
    repository.run("git", "init", "--quiet")
    repository.commit()
    return repository
