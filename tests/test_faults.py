"""Faults of the system lose nothing: kills, full disks, read-only folders, silent servers."""

import os
import random
import re
import shlex
import socket
import sys
import time

import pytest

from stages import evaluate
from tests.repository import Repository, make_repository
from tests.servers import free_port
from tests.torture import differences, kill_during_repro, run_again
from viewcache.tracking.run_store import connect
from viewcache.tracking.runs import log_missing_results

LOG_MISSING = """\
from viewcache.tracking.run_store import connect
from viewcache.tracking.runs import log_missing_results
log_missing_results(connect())"""
# Root may write everywhere, unless it gives that up.
AS_ANYONE = "setpriv --bounding-set=-dac_override" if os.getuid() == 0 else ""


def run_stage(repository: Repository, stage: str, before: str) -> str:
    """Run a stage that fails, in a shell that does something before; its one line."""
    command = f"{before} {sys.executable} -m stages.{stage}"
    output = repository.run("sh", "-c", command, fails=True, PYTHONDONTWRITEBYTECODE="1")
    assert "Traceback" not in output
    [line] = [line for line in output.splitlines() if line.startswith("viewcache: ")]
    return line


@pytest.mark.slow
def test_a_run_killed_at_random_moments_ends_in_the_same_digests(reproduced, tmp_path, request):
    seed = random.randrange(10**6)
    print("seed", seed)
    moments = random.Random(seed)
    repository = make_repository(tmp_path / "repository")
    for _ in range(request.config.getoption("--kills")):
        moment = moments.uniform(1, 15)
        print(f"{moment:.1f} s, at", kill_during_repro(repository, moment))
    run_again(repository)
    assert differences(repository, reproduced) == []


@pytest.mark.slow
def test_a_full_disk_ends_in_one_line_and_leaves_every_file_as_it_was(repository, reproduced):
    for stage, blocks in (
        ("prepare", 2),
        ("augment", 2),
        ("extract", 2),
        ("train_head", 100),
        ("answer", 2),
        ("evaluate", 100),
    ):
        line = run_stage(repository, stage, f"ulimit -f {blocks};")
        assert re.search(r" \w\S+ cannot be written\. Received: .*too large", line), stage
    assert differences(repository, reproduced) == []


def test_a_full_disk_while_rows_are_computed_loses_none_that_dvc_has(repository, reproduced):
    repository.set("base", batch_size=3)  # of which DVC has no row
    line = run_stage(repository, "extract", "ulimit -f 100;")
    assert re.search(r"data/rows cannot be written\. Received: .*too large", line)
    assert [*(repository.path / "data/rows").iterdir()] == []
    repository.dvc("checkout", "data/rows")
    repository.set("base", batch_size=8)
    assert differences(repository, reproduced) == []


def test_a_read_only_folder_is_named(repository, reproduced):
    for folder, stage in (("data", "prepare"), ("plots", "augment")):
        (repository.path / folder).chmod(0o555)
        line = run_stage(repository, stage, AS_ANYONE)
        (repository.path / folder).chmod(0o755)
        assert f"'{folder}/" in line
    assert differences(repository, reproduced) == []


def test_a_server_that_cannot_be_reached_or_never_answers_costs_seconds_and_no_results(
    repository, monkeypatch, capfd
):
    before = repository.results()
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    start = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (free_port(), silent.getsockname()[1]):
            monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
            evaluate.main()
            told = "results are kept but not in MLflow; `make ui` logs them. Received: "
            assert told in capfd.readouterr().err
            assert repository.results() == before
    assert time.monotonic() - start < 120


def test_logging_that_breaks_off_half_way_is_made_up_for(repository, monkeypatch):
    path = repository.path / "plots/params.json"
    path.write_text(path.read_text() + "\n")  # results that the store does not have yet
    blocks = (repository.path / "mlflow.db").stat().st_size // 512 + 64
    full = f"ulimit -f {blocks}; exec {shlex.join([sys.executable, '-c', LOG_MISSING])}"
    assert "OperationalError" in repository.run("sh", "-c", full, fails=True)
    assert {run.info.status for run in repository.runs()} == {"FINISHED", "KILLED"}
    monkeypatch.chdir(repository.path)
    log_missing_results(connect())
    assert {run.info.status for run in repository.runs()} == {"FINISHED", "KILLED"}
    assert len(repository.children(repository.parents()[0])) == len(repository.results()["arms"])
