"""Which images there are."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.schema import Data
from viewcache.images.conflicts import conflicts_of, without_conflicts
from viewcache.images.parallel import in_threads
from viewcache.images.sources import Source


def index_images(source: Source, limit: int | None) -> pd.DataFrame:
    """Digest every image.

    Args:
        limit: Keep only as many images, those with the smallest digests: a fair sample.

    Returns:
        One row an image, in order of digest: `digest`, `path`, `label`, and `group` and `split`
        where the source knows them.

    Raises:
        PipelineError: a file cannot be read.
    """
    known = source.table.columns.intersection(["path", "label", "group", "split"])
    index = source.table[known].copy()
    index.insert(0, "digest", _digests(source.root, index["path"].tolist()))
    return index.sort_values(["digest", "path"], ignore_index=True).iloc[:limit]


def index_used(
    source: Source, data: Data, show: Callable[[pd.DataFrame], None] = lambda _: None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The images that parameters leave of a source, and the conflicts that they leave out.

    Args:
        show: Gets the conflicts before they are refused.

    Raises:
        PipelineError: as `index_images` and `without_conflicts`.
    """
    index = index_images(source, data.limit)
    conflicts = conflicts_of(index, source.classes)
    show(conflicts)
    return without_conflicts(index, conflicts, data.conflicts), conflicts


def _digests(root: Path, paths: list[str]) -> list[str]:
    digests = in_threads(lambda path: _digest(root / path), paths)
    return list(tqdm(digests, "digest", len(paths), unit=" images", disable=None, leave=False))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PipelineError(f"{path} cannot be read", error.strerror) from error
