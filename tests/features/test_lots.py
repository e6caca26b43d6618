from types import SimpleNamespace

import numpy as np
import pytest

from viewcache.features.lots import record_of_view
from viewcache.features.reuse import Found
from viewcache.ground.stopwatch import Stopwatch


def lot(count, **record):
    return SimpleNamespace(rows=np.arange(count), kept=SimpleNamespace(record=record))


def costs(**seconds):
    measured = Stopwatch()
    measured.seconds.update(seconds)
    return measured


def test_a_view_that_is_computed_whole_costs_what_was_measured():
    found = Found([], np.arange(100))
    record = record_of_view(found, costs(setup=1.0, extract=20.0))
    assert record["seconds"] == record["spent"] == {"setup": 1.0, "extract": 20.0}
    assert (record["reused"], record["computed"], record["measured_rows"]) == (0, 100, 100)


def test_a_view_of_which_one_row_is_computed_costs_what_the_others_once_did():
    before = {"rows": 99, "measured_rows": 99, "machine": {"id": "there"}, "measured_at": 5}
    found = Found([lot(99, **before, seconds={"setup": 2.0, "extract": 9.9})], np.arange(1))
    record = record_of_view(found, costs(setup=1.0, extract=0.7))
    assert record["seconds"] == pytest.approx({"setup": 2.0, "extract": 10.0})
    assert (record["machine"], record["measured_at"]) == ({"id": "there"}, 5)
    assert record["spent"] == {"setup": 1.0, "extract": 0.7}
    assert (record["rows"], record["reused"], record["computed"]) == (100, 99, 1)


def test_of_several_lots_the_largest_that_was_computed_at_once_tells_the_pace():
    one = {"rows": 60, "measured_rows": 10, "machine": {}, "seconds": {"extract": 60.0}}
    other = {"rows": 40, "measured_rows": 40, "machine": {}, "seconds": {"extract": 4.0}}
    record = record_of_view(Found([lot(60, **one), lot(40, **other)], np.arange(0)), costs())
    assert record["seconds"]["extract"] == pytest.approx(10.0)
