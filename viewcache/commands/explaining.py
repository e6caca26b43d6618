"""Say which rows of features would be taken over and which computed, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from viewcache.arms.arm import course_of
from viewcache.bases.artifact import find_base
from viewcache.commands.images import open_images
from viewcache.features.lookup import known_shards
from viewcache.features.reasons import Reasons
from viewcache.features.store import Index
from viewcache.features.wanted import Maker, WantedView, contents, missing_rows, want
from viewcache.ground.files import scratch
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE
from viewcache.ground.view_ids import TEST_VIEW_OFFSET, ids_of_test_views
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.folds import Rotation, rotations_of
from viewcache.images.index import index_used
from viewcache.images.near_duplicates import hash_images
from viewcache.images.parting import part_by_params
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import write_prepared
from viewcache.views.plan import draw

SCRATCH = Path("data/explained")


@dataclass(frozen=True)
class _Images:
    """The images as `prepare` would find them.

    Attributes:
        contents: As `contents` gives them.
        parts: What part every image plays: a column a rotation.
    """

    digests: Sequence[str]
    contents: np.ndarray
    parts: pd.DataFrame

    def rows(self, view: int) -> np.ndarray:
        """Rows of the images that a view would have."""
        if view == 0:
            return np.arange(len(self.digests))
        played = ["train"] if view < TEST_VIEW_OFFSET else ["validation", "test"]
        return np.flatnonzero(self.parts.isin(played).any(axis=1))

    @property
    def rotations(self) -> list[Rotation]:
        return rotations_of(self.parts[name].tolist() for name in self.parts)


def explain() -> None:
    """Decode the images, and print a line a view.

    Raises:
        PipelineError: images or parameters are refused, or no base was compiled yet.
    """
    params = load_params()
    base, dtype = params.base, np.dtype(params.extract.dtype)
    stated = find_base(BASE).restated(params.base_spec, base.runtime, base.precision)
    maker, images = Maker(stated, dtype, base.batch_size), _prepare(params)
    views, shards = [*_views(params, images, maker)], [*known_shards()]
    reasons = Reasons(shards, images.digests, maker.made_by, views[0])
    for view in views:
        print(reasons.line(view))
    print(f"{len(missing_rows(views, Index(shards)).keys):,} base passes")


def _prepare(params: Params) -> _Images:
    """Decode the images beside where `prepare` would put them, and leave nothing there."""
    with scratch(SCRATCH) as folder:
        source = open_images(params.data, folder / "source")
        index, _ = index_used(source, params.data)
        policy = DecodingPolicy.of(params)
        found = write_prepared(folder / "prepared", source.root, index, policy)
        images, kept = open_prepared(folder / "prepared"), index[found["rejected"] == ""]
        parts = part_by_params(kept, source.classes, params, lambda: hash_images(images))
        known = contents(images.digests, images.pixel_digests, images.detail_digests)
        return _Images(images.digests, known, parts.drop(columns="unit"))


def _views(params: Params, images: _Images, maker: Maker) -> Iterator[WantedView]:
    random_views = course_of(params, images.rotations).ids
    for view in [0, *random_views, *ids_of_test_views(params.evaluate.test_views)]:
        rows = images.rows(view)
        digests = [images.digests[row] for row in rows]
        plan = draw(params.augment, params.seed, view, digests)
        yield want(maker, view, rows, images.contents, plan)
