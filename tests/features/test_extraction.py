"""A kill while rows are computed costs those of the shard in hand, and no more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.workspace import generated
from tests.corner import Corner
from tests.features.numbered import keys
from tests.policies import EVERYTHING
from viewcache.bases.artifact import CompiledBase
from viewcache.features import shards
from viewcache.features.extraction import Local, batches, extract_rows
from viewcache.features.lookup import take_shards
from viewcache.features.shards import Shard, shards_in
from viewcache.features.store import Index, Rows
from viewcache.features.wanted import Maker, MissingRows
from viewcache.ground.manifests import load_array, save_array
from viewcache.ground.paths import PREPARED, ROWS, plan_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.prepared import open_prepared
from viewcache.views.plan import draw
from viewcache.views.render import render

IMAGES, VIEWS = 12, 3
DESCRIPTION, FLOAT = {"runtime": "openvino"}, np.dtype(np.float32)


class Compiled(CompiledBase):
    """`Corner`, not opened yet; it breaks off after so many batches."""

    left = 10**6

    def open(self, batch_size):
        opened, start = Corner(batch_size), Corner._start

        def breaking_off(images):
            self.__class__.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return start(opened, images)

        opened._start = breaking_off
        return opened


@pytest.fixture(scope="module", autouse=True)
def workspace():
    with generated(IMAGES, 8, views=VIEWS):
        yield


@pytest.fixture
def small(monkeypatch):
    """Two batches of four rows make a shard."""
    monkeypatch.setattr(shards, "SHARD_BYTES", 8 * 12 * 4)


@pytest.fixture(autouse=True)
def no_rows():
    for path in shards_in(ROWS):
        path.unlink()


def rows_of(places):
    """Rows that are missing, by their places among all of all views."""
    places = np.sort(np.array([*places], int))
    images = places % IMAGES
    return MissingRows((places // IMAGES).astype(np.int32), images, images, keys(places))


def extract(missing, after=10**6, costs=None):
    """Compute rows, and break off after some batches; the new shards."""
    images, maker = open_prepared(PREPARED), Maker(Compiled(None, DESCRIPTION), FLOAT, 4)
    costs = costs or Stopwatch()
    Compiled.left = after
    return extract_rows(missing, images, maker, Local(maker, images, costs), costs)


EVERY = rows_of(range(IMAGES * (VIEWS + 1)))


def expected(missing):
    """Features of rows, each computed by itself."""
    images = open_prepared(PREPARED)
    with images.read() as pixels:
        rendered = [
            render(pixels.read([image]), plan_of(view)[[image]])[0]
            for view, image in zip(missing.views, missing.images, strict=True)
        ]
    return Corner()(np.array(rendered))


def plan_of(view):
    return load_array(plan_file(view))


def written(missing):
    found = [Shard(path) for path in shards_in(ROWS)]
    return Rows([shard.features for shard in found]).read(Index(found).places(missing.keys))


@given(st.sets(st.integers(0, IMAGES * (VIEWS + 1) - 1)), st.integers(1, 5))
def test_batches_hold_each_row_once_with_its_plan_and_are_of_one_view(places, size):
    missing = rows_of(places)
    made = [*batches(missing, size)]
    assert [place for batch in made for place in batch.places] == [*range(len(places))]
    for view, at, of, plan in made:
        assert len(at) <= size
        assert {*missing.views[at]} == {view}
        assert np.array_equal(of, missing.images[at])
        assert np.array_equal(plan, plan_of(view)[of])


def test_of_a_holdout_the_plan_is_that_of_the_planned_images():
    with generated(IMAGES, 8):
        images, planned = open_prepared(PREPARED), np.array([1, 4, 7])
        save_array(plan_file(1), draw(EVERYTHING, 0, 1, images.of(planned)))
        missing = rows_of(IMAGES + planned[1:])._replace(planned=np.array([1, 2]))
        [batch] = batches(missing, 4)
        assert batch.images.tolist() == [4, 7]
        assert np.array_equal(batch.plan, draw(EVERYTHING, 0, 1, images.of([4, 7])))


@pytest.mark.usefixtures("small")
def test_rows_are_those_that_each_image_has_by_itself():
    new = extract(EVERY)
    assert np.array_equal(written(EVERY), expected(EVERY))
    assert sorted(shard.path for shard in new) == shards_in(ROWS)
    assert {*map(len, new)} == {4, 8}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("after", [3, 7, 11])
def test_what_breaks_off_goes_on_where_it_was(after):
    with pytest.raises(KeyboardInterrupt):
        extract(EVERY, after)
    known = Index(take_shards(EVERY.keys)).places(EVERY.keys) >= 0
    assert 0 <= 4 * after - known.sum() <= 8 + 2 * 4  # a shard, and two batches in flight
    extract(MissingRows(*(of[~known] for of in EVERY)))
    assert np.array_equal(written(EVERY), expected(EVERY))


def test_it_is_told_how_long_opening_rendering_and_all_took():
    costs = Stopwatch()
    extract(EVERY, costs=costs)
    assert costs.seconds.keys() == {"setup", "open", "extract"}
    assert 0 < costs.parts["augment"] < costs.seconds["open"] + costs.seconds["extract"]
