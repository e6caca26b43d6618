import numpy as np
from skimage import data

from stages.arrays import RowFile, write_rows
from stages.views.fresh import fresh_views
from stages.views.plan import draw
from stages.views.render import render
from tests.policies import EVERYTHING


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
