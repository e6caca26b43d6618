import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from viewcache.ground import stopwatch as module
from viewcache.ground.machine import machine
from viewcache.ground.stopwatch import Stopwatch, load_record


@pytest.fixture
def costs(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "COSTS", tmp_path / "data/costs")
    return Stopwatch()


@pytest.fixture
def without_proc(monkeypatch, tmp_path):
    """As on a system that is not Linux."""
    monkeypatch.setattr(module, "Path", lambda _: tmp_path / "missing")


def test_phases_add_up_to_the_age_of_the_process(costs):
    for _ in range(2):
        with costs.phase("sleep"):
            time.sleep(0.02)
    time.sleep(0.03)
    costs.save("stage")
    seconds = load_record("stage")["seconds"]
    assert [*seconds] == ["setup", "sleep", "other"]
    assert 0.04 <= seconds["sleep"] < 1
    assert 0.03 <= seconds["other"] < 1
    assert sum(seconds.values()) == pytest.approx(Stopwatch().seconds["setup"], abs=0.5)


def test_parts_are_told_apart_since_they_lie_within_phases(costs):
    sleep = costs.timed("sleep", time.sleep)
    with costs.phase("work"):
        sleep(0.02)
        sleep(0.03)
        with costs.part("rest"):
            pass
    record = costs.record()
    assert [*record["seconds"]] == ["setup", "work", "other"]
    assert [*record["parts"]] == ["sleep", "rest"]
    assert 0.05 <= record["parts"]["sleep"] <= record["seconds"]["work"]
    assert 0 <= record["parts"]["rest"] < 0.05


def test_what_is_timed_takes_and_gives_what_it_did(costs):
    assert costs.timed("divide", divmod)(7, 2) == (3, 1)
    assert costs.timed("sort", sorted)([1, 2], reverse=True) == [2, 1]


def test_a_record_names_the_machine_the_memory_and_the_time(costs):
    costs.save("stage")
    record = load_record("stage")
    names = {"seconds", "parts", "work", "peak_rss_bytes", "measured_at", "machine", "samples"}
    assert set(record) == names
    assert record["machine"] == machine()
    assert record["peak_rss_bytes"] >= psutil.Process().memory_info().rss * 0.9
    assert abs(record["measured_at"] - time.time()) < 60


def test_a_record_holds_what_else_a_stage_has_to_say(costs):
    costs.save("stage", computed=7)
    assert load_record("stage")["computed"] == 7


def test_a_second_record_takes_the_place_of_the_first(costs):
    for _ in range(2):
        costs.save("stage")
    assert [path.name for path in module.COSTS.iterdir()] == ["stage.json"]


def test_memory_is_the_most_of_the_process_and_not_of_its_parent():
    large = np.ones(60_000_000)
    program = "from viewcache.ground.stopwatch import _peak_rss_bytes as peak; "
    for given_back in (0, 100_000_000):
        command = [sys.executable, "-c", f"{program}b'x' * {given_back}; print(peak())"]
        done = subprocess.run(command, capture_output=True, check=True)
        assert given_back + 5e6 < int(done.stdout) < large.nbytes


def test_elsewhere_memory_is_the_most_that_the_system_tells(without_proc, monkeypatch):
    assert module._peak_rss_bytes() == pytest.approx(psutil.Process().memory_info().rss, rel=0.2)
    memory = SimpleNamespace(rss=1, peak_wset=2)
    monkeypatch.setattr(psutil.Process, "memory_info", lambda _: memory)
    assert module._peak_rss_bytes() == 2


def test_set_up_counts_from_the_start_of_the_process():
    first = Stopwatch().seconds["setup"]
    time.sleep(0.05)
    assert first + 0.05 <= Stopwatch().seconds["setup"] < first + 1
    assert first == pytest.approx(time.time() - psutil.Process().create_time(), abs=2)


def test_set_up_is_told_whatever_the_process_is_called():
    name = Path("/proc/self/comm")
    before = name.read_text()
    name.write_text("a) b")
    try:
        age = time.time() - psutil.Process().create_time()
        assert Stopwatch().seconds["setup"] == pytest.approx(age, abs=2)
    finally:
        name.write_text(before)


def test_elsewhere_set_up_is_within_a_second(without_proc):
    age = time.time() - psutil.Process().create_time()
    assert Stopwatch().seconds["setup"] == pytest.approx(age, abs=0.1)
