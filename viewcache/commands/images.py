"""The images and their parts, as the stages would find them, before any stage has run."""

from pathlib import Path

import pandas as pd

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.schema import Data, Params
from viewcache.images.fetching import fetch_elpv
from viewcache.images.parting import part_images, refuse_missing_class
from viewcache.images.sources import Source, open_source


def open_images(data: Data, folder: Path) -> Source:
    """The images, before `fetch` put them where the pipeline reads them.

    Args:
        folder: Where images that come with a package are put.
    """
    if data.source == "elpv":
        fetch_elpv(folder)
        return open_source(folder, data.manifest, data.classes)
    if not Path(data.path).is_dir():
        rule = "the archive must be fetched before it can be planned for: run `dvc repro fetch`"
        raise PipelineError(rule, f"no {data.path}")
    return open_source(Path(data.path), data.manifest, data.classes)


def part(params: Params, index: pd.DataFrame, classes: list[str]) -> pd.DataFrame:
    """The part of every image in every rotation."""
    data, folds = params.data, params.evaluate.folds
    parts = part_images(index, data.split_seed, folds, data.validation, data.test)
    refuse_missing_class(index, parts, classes)
    return parts.drop(columns="unit")
