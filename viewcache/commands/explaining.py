"""Say which rows of features would be taken over and which computed, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from viewcache.bases.artifact import CompiledBase, find_base
from viewcache.commands.images import open_images
from viewcache.features.reasons import line, reasons
from viewcache.features.reuse import find_rows, keep_views, open_kept
from viewcache.features.wanted import Maker
from viewcache.ground.files import scratch
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Params
from viewcache.ground.paths import BASE, LOWER_PART
from viewcache.ground.view_ids import TEST_VIEW_OFFSET, ids_of_test_views
from viewcache.images.decoding import DecodingPolicy
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
        played = "train" if view < TEST_VIEW_OFFSET else "test"
        return np.flatnonzero((self.parts.drop(columns="unit") == played).any(axis=1))


def explain() -> None:
    """Decode the images, and print a line a view; likewise below a cut, where there is one.

    Raises:
        PipelineError: images or parameters are refused, or no base was compiled yet.
    """
    params = load_params()
    base = find_base(BASE)
    keep_views()
    images = _prepare(params)
    _tell(params, images, base, params.base_spec)
    if params.extract.cut:
        lower = find_base(LOWER_PART) if (LOWER_PART / "base.json").exists() else base
        print(f"below {params.extract.cut}:")
        _tell(params, images, lower, params.spec_below_cut)


def _tell(params: Params, images: _Images, base: CompiledBase, spec: BaseSpec) -> None:
    """Print a line a view of what a base like one that was compiled would compute."""
    extract = params.extract
    stated = base.restated(spec, extract.runtime, extract.precision)
    maker = Maker(stated, np.dtype(extract.dtype), extract.batch_size)
    found = dict(_views(params, images, maker))
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
    for view in [*params.extract.views, *ids_of_test_views(params.evaluate.test_views)]:
        rows = images.rows(view)
        digests = [images.digests[row] for row in rows]
        plan = draw(params.augment, params.seed, view, digests)
        drawn = drawn_with(view, params.seed, policy)
        wanted = maker.want(view, digests, images.pixels[rows], plan, drawn)
        missing = find_rows(wanted.keys, kept).missing
        yield view, (len(rows), reasons(wanted, missing, kept))
