from pathlib import Path

import numpy as np
import pytest

from benchmarks.workspace import generated
from viewcache.arms.reference import BATCH, Stored, differences, draw_stored, tolerance
from viewcache.features.keys import KEY_BYTES, first_halves
from viewcache.features.shards import ShardWriter
from viewcache.features.store import save_keys
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import save_array
from viewcache.ground.paths import PREPARED, ROWS, keys_file, rows_file
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.prepared import Prepared, open_prepared

IMAGES = {0: np.arange(6), 1: np.array([1, 2, 4, 5]), 2: np.array([1, 2, 4, 5])}


@pytest.fixture
def images():
    """Six of them, of which four have random views; a feature tells its view and image."""
    with generated(6, 32):
        images = open_prepared(PREPARED)
        save_array(rows_file(1), IMAGES[1])
        with ShardWriter(ROWS, np.dtype(np.float32), {}, Stopwatch()) as writer:
            for view, rows in IMAGES.items():
                write_features(writer, images, view, rows)
        yield images


def write_features(writer: ShardWriter, images: Prepared, view: int, rows: np.ndarray) -> None:
    keys = np.zeros((len(images.digests), KEY_BYTES), np.uint8)
    keys[rows, 0], keys[rows, 1] = view + 1, rows
    save_keys(view, keys)
    digests = first_halves(images.of(rows))
    writer.write(view, digests, keys[rows], 10.0 * view + rows[:, None])


def places(images, stored):
    """View and row of each, by what it says of itself; its features must say the same."""
    found = [(one.view, images.digests.index(one.digest)) for one in stored]
    assert [10 * view + row for view, row in found] == [one.features[0] for one in stored]
    assert all(one.file == keys_file(one.view) for one in stored)
    assert all(images.paths[row] == one.path for (_, row), one in zip(found, stored, strict=True))
    return found


def test_where_more_are_wanted_than_there_are_all_are_drawn_once(images):
    every = [(view, row) for view, rows in IMAGES.items() for row in rows]
    assert places(images, draw_stored(images, [0, 1, 2], 100, seed=0)) == every


def test_so_many_are_drawn_by_the_seed_from_the_listed_views(images):
    seeds = (-1, 2**64 - 1, 0, 0, 2**63)
    draws = [places(images, draw_stored(images, [0, 2], 5, seed)) for seed in seeds]
    assert all(len(set(draw)) == 5 for draw in draws)
    assert draws[0] == draws[1] != draws[2] == draws[3] != draws[4]
    assert {view for draw in draws for view, _ in draw} == {0, 2}


@pytest.mark.parametrize(("dtype", "expected"), [("float32", 1e-4), ("float16", 1e-4 + 2**-10)])
def test_the_tolerance_is_a_number_that_grows_with_the_rounding_of_the_dtype(dtype, expected):
    found = tolerance(np.dtype(dtype))
    assert type(found) is float
    assert found == pytest.approx(expected)


class Known:
    """Gives what is known of each image, by the name of its file."""

    def features(self, wanted):
        return np.array([[float(one.path), 0.5, 0.0] for one in wanted])


def stored(value, *others):
    features = np.array([value, *others], np.float32)
    return Stored(Path("of view 7"), str(round(value)), "", 7, features)


def test_differences_are_relative_to_features_above_1_and_told_of_every_image():
    kept = [stored(0, 0.5, 2**-14), *(stored(4 + 2**-13, 0.5, 0) for _ in range(BATCH))]
    assert [*differences(kept, Known())] == [2**-14, *[2**-15] * BATCH]


def test_a_reference_that_says_nothing_of_an_image_is_refused():
    class Silent(Known):
        def features(self, wanted):
            return super().features(wanted)[:-1]

    with pytest.raises(ValueError, match="shorter"):
        [*differences([stored(0, 0.5, 0)], Silent())]


def test_a_feature_that_is_off_is_told_with_its_image_and_view():
    kept = [stored(4, 0.5, 0), stored(4, 0.5, 0.001)]
    rule = r"^of view 7 must .* '4' gives in view 7, within 1\.0e-04; .* Received: 2\.5e-04 off$"
    with pytest.raises(PipelineError, match=rule):
        [*differences(kept, Known())]
