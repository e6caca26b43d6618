import numpy as np
from skimage import data

from tests.policies import EVERYTHING
from viewcache.ground.row_files import RowFile, write_rows
from viewcache.views.fresh import fresh_views
from viewcache.views.plan import draw
from viewcache.views.render import render


def test_a_fresh_view_is_that_of_the_plan(tmp_path):
    images = np.stack([data.chelsea()[start : start + 64, :64] for start in range(4)])
    write_rows(tmp_path / "a.npy", [images], (64, 64, 3), images.dtype)
    digests = ["a", "b", "c", "d"]
    with RowFile(tmp_path / "a.npy") as file:
        read = fresh_views(file, digests, EVERYTHING, seed=5)
        views = read(7, np.array([3, 0]))
    plan = draw(EVERYTHING, 5, 7, digests)
    assert np.array_equal(views[0], render(images[[3]], plan[[3]])[0])
    assert np.array_equal(views[1], render(images[[0]], plan[[0]])[0])
