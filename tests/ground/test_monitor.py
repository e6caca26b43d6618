import time

from viewcache.ground import monitor
from viewcache.ground.monitor import monitored


def test_a_process_is_sampled_while_it_works_and_at_the_end(monkeypatch):
    monkeypatch.setattr(monitor, "INTERVAL", 0.02)
    start = time.time()
    with monitored() as samples:
        end = time.monotonic() + 0.3
        while time.monotonic() < end or len(samples) < 3:
            sum(range(1000))
    times = [sample["time"] for sample in samples]
    assert start < times[0] < times[-1] <= time.time()
    assert times == sorted(times)
    assert all(sample["memory_usage_megabytes"] > 5 for sample in samples)
    assert max(sample["cpu_utilization_percentage"] for sample in samples) > 0


def test_a_stage_that_lasts_is_sampled_less_often_over_all_of_its_time(monkeypatch):
    monkeypatch.setattr(monitor, "INTERVAL", 0.001)
    monkeypatch.setattr(monitor, "MOST", 8)
    start = time.time()
    with monitored() as samples:
        time.sleep(0.3)
    assert 4 <= len(samples) <= 8
    assert samples[0]["time"] - start > 0.004
    assert time.time() - samples[-1]["time"] < 0.2


def test_what_goes_wrong_inside_ends_the_sampling():
    try:
        with monitored() as samples:
            raise ValueError
    except ValueError:
        assert len(samples) == 1
