"""A first look at a folder of images, before anything is set."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from viewcache.ground.errors import PipelineError
from viewcache.images.conflicts import conflicts_of, without_conflicts
from viewcache.images.decoding import DecodingPolicy, Rejected, decode_files
from viewcache.images.index import index_images
from viewcache.images.parting import part_images, refuse_missing_class
from viewcache.images.sources import Source, open_source

FOLDS = (5, 4, 3)
"""Numbers of folds, in the order in which they are tried."""
NUMBERED = r"^(.*?\d+)\D+\d+\D*$"
"""Names with two numbers, such as patient12_03.jpg, of which the first may be a group's."""
ANY = DecodingPolicy(side=32, min_size=1, background=(255, 255, 255))


@dataclass(frozen=True)
class Survey:
    """What was found in a folder.

    Attributes:
        counts: Images by class, those that cannot be read included.
        sizes: One row an image that can be read: `width` and `height` in pixels.
        broken: Why an image cannot be read, by path.
        folds: The most that leave images of every class in every part; None where the images come
            with a split of their own.
        suggested: Of names with two numbers, the number of groups that the first would make; 0
            where names tell of none.
    """

    source: Source
    counts: dict[str, int]
    sizes: pd.DataFrame
    broken: dict[str, str]
    folds: int | None
    suggested: int

    @property
    def imbalance(self) -> float:
        """How many times as many images the largest class has as the smallest."""
        return max(self.counts.values()) / min(self.counts.values())


def look_at(root: Path, group: str | None) -> Survey:
    """Read every image of a folder.

    Args:
        group: A regular expression that finds an image's group in its path; None: each by itself.

    Raises:
        PipelineError: as `open_source` and `index_images`; a path in which no group is found; or a
            class with too few images for three folds.
    """
    source = open_source(root, None, None)
    index = index_images(source, None)
    index = without_conflicts(index, conflicts_of(index, source.classes), "fail")
    if group:
        index["group"] = groups_of(index["path"].tolist(), group)
    found = list(decode_files(root, index["path"].tolist(), index["digest"].tolist(), ANY))
    looked = list(zip(index["path"], found, strict=True))
    broken = {path: str(one) for path, one in looked if isinstance(one, Rejected)}
    sizes = [(one.width, one.height) for one in found if not isinstance(one, Rejected)]
    kept = index[~index["path"].isin(list(broken))]
    return Survey(
        source,
        {name: int((index["label"] == label).sum()) for label, name in enumerate(source.classes)},
        pd.DataFrame(sizes, columns=["width", "height"]),
        {**dict(source.rejected[["path", "reason"]].to_numpy()), **broken},
        None if "split" in kept else _most_folds(kept, source.classes),
        0 if group else _suggested(index["path"].tolist()),
    )


def groups_of(paths: Sequence[str], pattern: str) -> list[str]:
    """What a regular expression finds in each path: its first group, or all that it matches."""
    try:
        matches = [re.search(pattern, path) for path in paths]
    except re.error as error:
        raise PipelineError(f"--group must be a regular expression ({error})", pattern) from error
    for path, match in zip(paths, matches, strict=True):
        if match is None:
            raise PipelineError(f"--group {pattern} must be found in every path", path)
    return [match[1 if match.re.groups else 0] for match in matches if match]


def _most_folds(index: pd.DataFrame, classes: list[str]) -> int:
    for folds in FOLDS:
        try:
            refuse_missing_class(index, part_images(index, 0, folds, 0.15, 0.25), classes)
            break
        except PipelineError:
            if folds == FOLDS[-1]:
                raise
    return folds


def _suggested(paths: Sequence[str]) -> int:
    """The number of groups in the names, where they are in all of them and hold several images."""
    matches = [re.search(NUMBERED, path) for path in paths]
    groups = {match[1] for match in matches if match}
    return len(groups) if all(matches) and 2 * len(groups) <= len(paths) else 0
