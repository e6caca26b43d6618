"""How views are numbered."""

TEST_VIEW_OFFSET = 1_000_000
"""Test views are numbered from here on, so that no training view shares their ids."""


def ids_of_test_views(views: int) -> list[int]:
    """Ids of the random views that test images are judged under."""
    return [TEST_VIEW_OFFSET + view for view in range(views)]
