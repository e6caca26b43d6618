"""A kill while a view is computed costs the rows of the last seconds, not the view."""

import numpy as np
import pytest

from tests.corner import Corner
from viewcache.features import blocks
from viewcache.features.extraction import Local, write_features
from viewcache.features.keys import KEYS
from viewcache.features.reuse import find_rows, keep, open_kept
from viewcache.features.store import Origin, keys_file
from viewcache.features.wanted import Maker, Wanted
from viewcache.ground.stopwatch import Stopwatch

ROWS = 20


class Compiled:
    def open(self, batch_size):
        return Corner(batch_size)


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    """Every batch makes a block."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(blocks, "SECONDS", 0.0)


def wanted():
    keys = np.zeros(ROWS, KEYS)
    keys["key"] = np.random.default_rng(0).integers(0, 256, (ROWS, 16))
    return Wanted(Origin(1, "images", "plan", "base"), keys)


def write(path, breaks_off_at=ROWS):
    """Write features until a row; how many rows were taken over."""

    def render(rows):
        if rows.max() >= breaks_off_at:
            raise KeyboardInterrupt
        return (
            np.arange(rows[0], rows[0] + len(rows), dtype=np.uint8)[:, None, None, None]
            .repeat(2, 1)
            .repeat(2, 2)
            .repeat(3, 3)
        )

    found = find_rows(wanted().keys, open_kept())
    maker = Maker(Compiled(), np.dtype(np.float32), 4)
    costs = Stopwatch()
    engine = Local(maker, np.arange(ROWS), render, costs)
    write_features(path, wanted(), found, maker, engine, costs)
    return ROWS - len(found.missing)


def test_finished_blocks_of_what_broke_off_are_taken_over(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "view/features.npy", breaks_off_at=16)
    assert not list((tmp_path / "view").iterdir())
    taken = write(tmp_path / "view/features.npy")
    assert 0 < taken < 16
    whole = tmp_path / "whole/features.npy"
    for kept in open_kept():
        kept.features.unlink()
    write(whole)
    for name in ("features.npy", "keys.npy", "features.json"):
        assert (tmp_path / "view" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_blocks_are_dropped_when_the_view_is_kept(tmp_path):
    path = tmp_path / "view/features.npy"
    write(path)
    assert len(open_kept()) == ROWS // 4
    keep(path, {})
    [view] = open_kept()
    assert np.array_equal(view.keys, np.load(keys_file(path)))


def test_the_costs_of_a_block_are_of_all_rows_so_far(tmp_path):
    write(tmp_path / "view/features.npy")
    records = sorted((kept.record for kept in open_kept()), key=lambda record: record["rows"])
    assert [record["measured_rows"] for record in records] == [4, 8, 12, 16, 20]
    seconds = [record["seconds"]["extract"] for record in records]
    assert seconds == sorted(seconds)
