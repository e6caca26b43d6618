"""What runs are compared by, of a table of answers alone."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.answers.runs import VIEWS, save_run
from viewcache.answers import tested
from viewcache.answers.tested import COLUMNS, compared_columns
from viewcache.ground.errors import PipelineError
from viewcache.ground.paths import ANSWERS


@pytest.fixture
def path(tmp_path) -> Path:
    """The table of a run of 60 images, two arms and three seeds."""
    save_run(tmp_path, draw=0)
    return tmp_path / ANSWERS


def test_what_is_compared_is_a_part_of_the_columns_in_their_order(path):
    found = compared_columns(path.read_bytes())
    assert found.column_names == [*COLUMNS] != pq.read_table(path).column_names
    assert found.num_rows == 2 * 3 * len(VIEWS) * 60


@pytest.mark.parametrize("column", COLUMNS)
def test_a_table_without_a_column_is_refused(path, column):
    pq.write_table(pq.read_table(path).drop_columns(column), path)
    with pytest.raises(PipelineError, match="must be whole and of this version"):
        compared_columns(path.read_bytes())


@pytest.mark.parametrize("kept", [0, 100, -9])
def test_a_table_that_was_cut_off_is_refused(path, kept):
    with pytest.raises(PipelineError, match="must be whole and of this version"):
        compared_columns(path.read_bytes()[:kept])


def test_a_byte_that_was_changed_is_refused(path):
    whole = compared_columns(path.read_bytes())
    pq.write_table(whole, path, write_page_checksum=True)
    content, refused = path.read_bytes(), 0
    pages = len(content) - pq.read_metadata(path).serialized_size - 8
    for place in range(4, pages, pages // 50):
        damaged = content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]
        try:
            assert compared_columns(damaged).equals(whole)
        except PipelineError:
            refused += 1
    assert refused > 40


def test_an_arm_is_told_by_its_test_images_seeds_and_views(path):
    found = tested.tested_by(compared_columns(path.read_bytes()), "cached_1")
    assert (found.seeds, found.views) == ([0, 1, 2], [*VIEWS])
    assert found.right.shape == (3, 3, 60)
    digests = found.images.index.get_level_values("image")
    assert [*digests] == [f"{image:064x}" for image in range(60)]
    assert found.images["rotation"].tolist() == [image % 3 for image in range(60)]


def test_an_arm_that_answers_on_no_test_image_is_refused_with_those_that_do(path):
    table = pq.read_table(path)
    arms = table["arm"].cast(pa.string()).to_pylist()
    parts = np.where(np.array(arms) == "cached_0", "validation", "test")
    place = table.column_names.index("part")
    pq.write_table(table.set_column(place, "part", pa.array(parts)), path)
    answers = compared_columns(path.read_bytes())
    for arm in ("cached_0", "cached_2"):
        with pytest.raises(PipelineError, match=rf"has answers, cached_1\. Received: {arm}$"):
            tested.tested_by(answers, arm)
    assert tested.tested_by(answers, "cached_1").right.shape == (3, 3, 60)
