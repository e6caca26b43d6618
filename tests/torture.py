"""Kill the pipeline at random moments and see whether it ends as one that was left alone.

`python -m tests.torture`: each kill hits a repository of its own, in which nothing has run yet.
"""

import os
import random
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras

from tests.repository import Repository, make_repository, stages_in
from tests.rows import stored_features

_TIMES = ("seconds", "faster", "prediction", "rss")
_WITH_TIMES = ("metrics.json", "results.json", "report.html", "plots/table.md", "plots/answer.txt")
_NOT_OUTS = (".dvc", ".git", "mlartifacts", "__pycache__")


def kill_during_repro(repository: Repository, seconds: float) -> str:
    """Start `dvc repro`, kill it and all it started after some seconds; the stage it was at."""
    output = repository.path.with_name(repository.path.name + ".output")
    with output.open("w") as file:
        command = (sys.executable, "-m", "dvc", "repro")
        running = repository.start(*command, stdout=file, stderr=file)
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    return (stages_in(output.read_text()) or ["before the first stage"])[-1]


def run_again(repository: Repository) -> None:
    """As `make run` does."""
    repository.run(sys.executable, "-m", "viewcache", "recover")
    repository.dvc("repro")


def differences(repository: Repository, undisturbed: Repository) -> list[str]:
    """Where a repository is not what it would be if nothing had disturbed it; times aside."""
    finders = (_digests, _features, _numbers, _files)
    pairs = [(find(repository), find(undisturbed)) for find in finders]
    found = [
        name
        for got, wanted in pairs
        for name in sorted(got.keys() | wanted.keys())
        if name not in got or name not in wanted or got[name] != wanted[name]
    ]
    status = repository.dvc("status")
    return [*found, *_unlogged(repository), *([] if "up to date" in status else [status])]


def _unlogged(repository: Repository) -> list[str]:
    """Twice is allowed: a kill may come when all is logged and DVC does not know of it yet."""
    complete = [run for run in repository.parents() if "viewcache.results" in run.data.tags]
    running = [run for run in repository.runs() if run.info.status == "RUNNING"]
    return [] if complete and not running else ["mlflow.db"]


def _digests(repository: Repository) -> dict[str, str]:
    """Of every out that holds no times."""
    return {path: digest for path, digest in repository.outs().items() if not _holds_times(path)}


def _holds_times(path: str) -> bool:
    times = path.startswith(("data/costs/", "data/rows")) or path in _WITH_TIMES
    return times or "seconds" in path


def _features(repository: Repository) -> dict[str, bytes]:
    """Of every view; in which shards they lie is another matter, and so is what these say."""
    views = [int(path.stem) for path in (repository.path / "data/features").iterdir()]
    features = {view: stored_features(repository.path, view) for view in views}
    return {f"features of view {view}": of.tobytes() for view, of in features.items()}


def _numbers(repository: Repository) -> dict[str, Any]:
    """What results.json says but for times."""
    return _without_times(repository.results())


def _without_times(tree: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_times(value) if isinstance(value, dict) else value
        for name, value in tree.items()
        if not any(word in name for word in _TIMES)
    }


def _files(repository: Repository) -> dict[str, bool]:
    """Every file and folder, but for shards and those of DVC, git, MLflow and Python."""
    paths = [path.relative_to(repository.path) for path in repository.path.rglob("*")]
    named = [path for path in paths if path.suffix != ".arrow"]
    return {str(path): True for path in named if not set(path.parts) & set(_NOT_OUTS)}


def _make_small_repository(path: Path) -> Repository:
    """Every stage, as quick as can be."""
    path.mkdir()
    repository = make_repository(path)
    layers = [keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3)]
    keras.Sequential(layers).save(path / "data/bases/small.keras")
    base = {"name": "data/bases/small.keras", "weights": None, "preprocessing": "unit"}
    repository.set("data", limit=40, image_size=32)
    repository.set("base", **base)
    repository.set("train", epochs=2)
    repository.set("arms", budgets=[0, "twin"], seeds=[0])
    repository.commit()
    return repository


def _recovers(unrun: Repository, undisturbed: Repository, moment: float) -> bool:
    """Kill a fresh repository's first run and run it again; prints what came of it."""
    with TemporaryDirectory() as folder:
        repository = unrun.copy(Path(folder) / "repository")
        stage = kill_during_repro(repository, moment)
        try:
            run_again(repository)
            found = differences(repository, undisturbed)
        except AssertionError as error:
            found = [str(error)]
    print(f"killed after {moment:5.1f} s, at {stage}: {found or 'recovered'}", flush=True)
    return not found


def main() -> None:
    parser = ArgumentParser("tests.torture")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    moments = random.Random(wanted.seed)
    with TemporaryDirectory() as folder:
        unrun = _make_small_repository(Path(folder) / "unrun")
        undisturbed = unrun.copy(Path(folder) / "undisturbed")
        start = time.monotonic()
        undisturbed.dvc("repro")
        seconds = time.monotonic() - start
        print(f"undisturbed: {seconds:.1f} s", flush=True)
        recovered = sum(
            _recovers(unrun, undisturbed, moments.uniform(0, seconds)) for _ in range(wanted.kills)
        )
    print(f"{recovered} of {wanted.kills} recovered")
    sys.exit(recovered < wanted.kills)


if __name__ == "__main__":
    main()
