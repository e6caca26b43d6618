import numpy as np
import pytest

from tests.features.numbered import MADE_BY, features, keys
from viewcache.features.row_costs import costs_of_views
from viewcache.features.shards import Shard, ShardWriter, shards_in
from viewcache.features.wanted import WantedView
from viewcache.ground.paths import ROWS


class Costs:
    """A stopwatch whose seconds are said beforehand."""

    def __init__(self, machine="here", opened=1.0):
        self.machine, self.parts, self.seconds = {"id": machine}, {"augment": 0.0}, {"open": opened}


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def computed(monkeypatch):
    """Compute rows into a shard, in so many seconds."""

    def compute(numbers, extract, augment=0.0, at=0.0, **settings):
        costs, clock = Costs(**settings), iter([0.0, extract])
        monkeypatch.setattr("time.perf_counter", lambda: next(clock))
        monkeypatch.setattr("time.time", lambda: at)
        with ShardWriter(ROWS, np.dtype("f4"), MADE_BY, costs) as writer:
            writer.write(numbers[0] // 100, keys(numbers), keys(numbers), features(numbers))
            costs.parts["augment"] = augment

    return compute


def costs_of(*views):
    """What is recorded of views, from the numbers of their rows."""
    wanted = [WantedView(of[0] // 100, np.arange(len(of)), keys(of)) for of in views]
    return costs_of_views(wanted, [Shard(path) for path in shards_in(ROWS)])


def test_a_view_that_is_computed_at_once_costs_what_was_measured(computed):
    computed([100, 101, 102, 103], extract=20.0, augment=8.0, at=5.0)
    assert costs_of([100, 101, 102, 103])["views"]["1"] == {
        "rows": 4,
        "row_bytes": 12,
        "seconds": {"extract": 20.0, "augment": 8.0},
        "open": 1.0,
        "measured_at": [5.0, 5.0],
        "machines": ["here"],
    }


def test_rows_of_one_shard_cost_the_same_and_each_view_its_own(computed):
    computed([100, 101, 200, 201], extract=20.0)
    found = costs_of([100, 101], [200])["views"]
    assert [one["seconds"]["extract"] for one in found.values()] == [10.0, 5.0]


def test_a_row_that_is_computed_later_adds_its_own_costs(computed):
    computed([100, 101, 102], extract=9.0, at=5.0, machine="there", opened=2.0)
    computed([103], extract=0.5, at=7.0)
    found = costs_of([100, 101, 102, 103])
    one = found["views"]["1"]
    assert one["seconds"]["extract"] == pytest.approx(9.5)
    assert (one["rows"], one["open"], one["measured_at"]) == (4, 2.0, [5.0, 7.0])
    assert one["machines"] == ["here", "there"]
    assert found["machines"] == {"here": {"id": "here"}, "there": {"id": "there"}}


def test_rows_that_two_views_share_are_costs_of_both(computed):
    computed([1, 2], extract=4.0)
    found = costs_of([1, 2])["views"]["0"]
    shared = WantedView(1, np.arange(2), keys([1, 2]))
    assert costs_of_views([shared], [Shard(*shards_in(ROWS))])["views"] == {"1": found}
