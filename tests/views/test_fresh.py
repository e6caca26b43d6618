import numpy as np
import pytest
from skimage import data

from tests.policies import EVERYTHING
from viewcache.images.prepared import DetailedFile, detail_file, pixels_file
from viewcache.views.fresh import fresh_views
from viewcache.views.plan import draw
from viewcache.views.render import render


@pytest.mark.parametrize("detailed", [False, True])
def test_a_fresh_view_is_that_of_the_plan(tmp_path, detailed):
    larger = np.stack([data.chelsea()[start : start + 128, :128] for start in range(4)])
    images, detail = larger[:, ::2, ::2], larger if detailed else None
    np.save(pixels_file(tmp_path), np.ascontiguousarray(images))
    if detailed:
        np.save(detail_file(tmp_path), larger)
    digests = ["a", "b", "c", "d"]
    with DetailedFile(tmp_path) as file:
        read = fresh_views(file, digests, EVERYTHING, seed=5)
        views = read(7, np.array([3, 0]))
    expected = render(images, draw(EVERYTHING, 5, 7, digests), detail)
    assert np.array_equal(views, expected[[3, 0]])
