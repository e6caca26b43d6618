"""A first look at a folder of images, before anything is set."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from viewcache.ground.errors import PipelineError
from viewcache.images.conflicts import conflicts_of
from viewcache.images.decoding import DecodingPolicy, Rejected, decode_files
from viewcache.images.index import index_images
from viewcache.images.parting import part_images, refuse_missing_class
from viewcache.images.sources import Source, find_source

FOLDS = (5, 4, 3)
"""Numbers of folds, in the order in which they are tried."""
ENOUGH_TESTED = 1000
"""Images of a given test part, from which on its accuracy is known to about two points."""
NUMBERED = r"^((?:.*/)?[^/]*?\d+)[^/\d]+\d+[^/\d]*$"
"""Names with two numbers, such as patient12_03.jpg, of which the first may be a group's."""
ANY = DecodingPolicy(side=32, min_size=1, background=(255, 255, 255))


@dataclass(frozen=True)
class Survey:
    """What was found in a folder.

    Attributes:
        counts: Images by class, those that cannot be used included.
        sizes: One row an image that can be read: `width` and `height` in pixels.
        broken: Why an image cannot be read, by path.
        conflicts: Why an image contradicts an equal one, by path.
        split: Images by part, of the split that they come with.
        use_split: What to do with that: `as_test` or `ignore`.
        folds: The most that leave images of every class in every part; None where the images are
            tested by their own split.
        suggested: Of names with two numbers, the number of groups that the first would make; 0
            where names tell of none.
    """

    source: Source
    counts: dict[str, int]
    sizes: pd.DataFrame
    broken: dict[str, str]
    conflicts: dict[str, str]
    split: dict[str, int]
    use_split: str
    folds: int | None
    suggested: int

    @property
    def imbalance(self) -> float:
        """How many times as many images the largest class has as the smallest."""
        return max(self.counts.values()) / min(self.counts.values())


def look_at(root: Path, group: str | None, way: str | None = None) -> Survey:
    """Read every image of a folder.

    Args:
        group: A regular expression that finds an image's group in its path; None: each by itself.
        way: The layout or table to read the folder by, where it can be read in several.

    Raises:
        PipelineError: as `find_source`; a file that cannot be read; a path in which no group is
            found; or a class with too few images for three folds.
    """
    source = find_source(root, way)
    index = index_images(source, None)
    if group:
        index["group"] = groups_of(index["path"].tolist(), group)
    found = list(decode_files(root, index["path"].tolist(), index["digest"].tolist(), ANY))
    rejected = [str(one) if isinstance(one, Rejected) else "" for one in found]
    sizes = [(one.width, one.height) for one in found if not isinstance(one, Rejected)]
    counts = index["label"].value_counts()
    tested = _is_tested(index, rejected, source.classes)
    pool = index if tested else index.drop(columns="split", errors="ignore")
    conflicts = conflicts_of(pool, source.classes)
    used = pool.assign(rejected=rejected).drop(conflicts.index)
    broken = used.loc[used["rejected"] != "", ["path", "rejected"]]
    return Survey(
        source,
        {name: int(counts.get(label, 0)) for label, name in enumerate(source.classes)},
        pd.DataFrame(sizes, columns=["width", "height"]),
        dict([*source.rejected[["path", "reason"]].to_numpy(), *broken.to_numpy()]),
        dict(conflicts[["path", "reason"]].to_numpy()),
        dict(Counter(index.get("split", []))),
        "as_test" if tested or "split" not in index else "ignore",
        None if tested else _most_folds(used.drop(broken.index), source.classes),
        0 if group else _suggested(index["path"].tolist()),
    )


def _is_tested(index: pd.DataFrame, rejected: Sequence[str], classes: list[str]) -> bool:
    """Whether there is a given test part to rely on, and images of every class in each part."""
    if "split" not in index or (index["split"] == "test").sum() < ENOUGH_TESTED:
        return False
    kept = index[[not reason for reason in rejected]]
    kept = kept.drop(conflicts_of(kept, classes).index)
    try:
        refuse_missing_class(kept, part_images(kept, 0, None, 0.15, 0.25), classes)
    except PipelineError:
        return False
    return True


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
