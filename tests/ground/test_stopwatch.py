import subprocess
import sys
import time

import numpy as np

from viewcache.ground import stopwatch as module
from viewcache.ground.stopwatch import Stopwatch, load_record, machine


def test_phases_add_up(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "COSTS", tmp_path)
    costs = Stopwatch()
    sleep = costs.timed("sleep", time.sleep)
    sleep(0.02)
    sleep(0.03)
    costs.save("stage")
    assert 0.05 <= load_record("stage")["seconds"]["sleep"] < 1


def test_a_record_names_the_machine_the_memory_and_the_time(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "COSTS", tmp_path)
    Stopwatch().save("stage")
    record = load_record("stage")
    assert record["machine"] == machine()
    assert record["peak_rss_bytes"] > 10e6
    assert abs(record["measured_at"] - time.time()) < 60


def test_memory_is_that_of_the_process_and_not_of_its_parent():
    large = np.ones(60_000_000)
    program = "from viewcache.ground.stopwatch import _peak_rss_bytes; print(_peak_rss_bytes())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert 5e6 < int(done.stdout) < large.nbytes


def test_set_up_counts_from_the_start_of_the_process():
    first = Stopwatch().seconds["setup"]
    time.sleep(0.05)
    assert Stopwatch().seconds["setup"] >= first + 0.05
