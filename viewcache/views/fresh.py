"""Views rendered anew each time they are read, as end-to-end training does."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from viewcache.ground.params.policy import Policy
from viewcache.images.prepared import DetailedFile
from viewcache.views.plan import draw
from viewcache.views.render import render


def fresh_views(
    images: DetailedFile, digests: Sequence[str], policy: Policy, seed: int
) -> Callable[[int, np.ndarray], np.ndarray]:
    """A reader that draws and renders views of images.

    Args:
        images: The pixels of a split.
        digests: Of its images.

    Returns:
        Function of (view, rows of the split) to uint8, shape (rows, side, side, 3).
    """

    @cache
    def plan(view: int) -> np.ndarray:
        return draw(policy, seed, view, digests)

    return lambda view, rows: render(images.read(rows), plan(view)[rows], images.detail(rows))
