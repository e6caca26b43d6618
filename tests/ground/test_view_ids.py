import pytest

from viewcache.ground.view_ids import ids_of_test_views


@pytest.mark.parametrize(("views", "ids"), [(0, []), (3, [1_000_000, 1_000_001, 1_000_002])])
def test_test_views_are_numbered_from_a_million_on(views, ids):
    assert ids_of_test_views(views) == ids
