"""The images, as the stages would find them, before any stage has run."""

from pathlib import Path

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.schema import Data
from viewcache.images.fetching import fetch_elpv
from viewcache.images.sources import Source, source_of


def open_images(data: Data, folder: Path) -> Source:
    """The images, before `fetch` put them where the pipeline reads them.

    Args:
        folder: Where images that come with a package are put.
    """
    if data.source == "elpv":
        fetch_elpv(folder)
        return source_of(data, folder)
    if not Path(data.path).is_dir():
        rule = "the archive must be fetched before it can be planned for: run `dvc repro fetch`"
        raise PipelineError(rule, f"no {data.path}")
    return source_of(data)
