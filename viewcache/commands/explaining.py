"""Say which rows of features would be taken over and which computed, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from viewcache.arms.arm import course_of
from viewcache.bases.artifact import find_base
from viewcache.commands.images import open_images
from viewcache.features.reasons import line, reasons
from viewcache.features.reuse import find_rows, keep_views, open_kept
from viewcache.features.wanted import Maker
from viewcache.ground.files import scratch
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE
from viewcache.ground.view_ids import TEST_VIEW_OFFSET, ids_of_test_views
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.folds import Rotation, rotations_of
from viewcache.images.index import index_images
from viewcache.images.parting import part_by_params
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import write_prepared
from viewcache.views.plan import draw, drawn_with

SCRATCH = Path("data/explained")


@dataclass(frozen=True)
class _Images:
    """The images as `prepare` would find them.

    Attributes:
        parts: As `part_images` gives them.
    """

    digests: Sequence[str]
    pixels: np.ndarray
    parts: pd.DataFrame

    def rows(self, view: int) -> np.ndarray:
        """Rows of the images that a view would have."""
        if view == 0:
            return np.arange(len(self.digests))
        played = ["train"] if view < TEST_VIEW_OFFSET else ["validation", "test"]
        return np.flatnonzero(self.parts.drop(columns="unit").isin(played).any(axis=1))

    @property
    def rotations(self) -> list[Rotation]:
        return rotations_of(self.parts[name].tolist() for name in self.parts.drop(columns="unit"))


def explain() -> None:
    """Decode the images, and print a line a view.

    Raises:
        PipelineError: images or parameters are refused, or no base was compiled yet.
    """
    params = load_params()
    extract = params.extract
    stated = find_base(BASE).restated(params.base_spec, extract.runtime, extract.precision)
    maker = Maker(stated, np.dtype(extract.dtype), extract.batch_size)
    keep_views()
    found = dict(_views(params, _prepare(params), maker))
    for view, (rows, why) in found.items():
        print(line(view, rows, why))
    print(f"{sum(why.total() for _, why in found.values()):,} base passes")


def _prepare(params: Params) -> _Images:
    """Decode the images beside where `prepare` would put them, and leave nothing there."""
    data = params.data
    with scratch(SCRATCH) as folder:
        source = open_images(data, folder / "source")
        index = index_images(source, data.limit)
        policy = DecodingPolicy.of(params)
        found = write_prepared(folder / "prepared", source.root, index, policy)
        parts = part_by_params(index[found["rejected"] == ""], source.classes, params)
        images = open_prepared(folder / "prepared")
        return _Images(images.digests, images.pixel_digests, parts)


def _views(
    params: Params, images: _Images, maker: Maker
) -> Iterator[tuple[int, tuple[int, Counter[str]]]]:
    """Of each view, how many rows it has, and why some must be computed."""
    kept, policy = open_kept(), params.augment.model_dump()
    random_views = course_of(params.train, images.rotations).ids
    for view in [0, *random_views, *ids_of_test_views(params.evaluate.test_views)]:
        rows = images.rows(view)
        digests = [images.digests[row] for row in rows]
        plan = draw(params.augment, params.seed, view, digests)
        drawn = drawn_with(view, params.seed, policy)
        wanted = maker.want(view, digests, images.pixels[rows], plan, drawn)
        missing = find_rows(wanted.keys, kept).missing
        yield view, (len(rows), reasons(wanted, missing, kept))
