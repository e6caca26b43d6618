"""Files that are called what they show, and numbered: cat.12.jpg."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from viewcache.images.layouts.reading import Reading, table_of
from viewcache.images.layouts.tree import Tree

NUMBERED = re.compile(r"(\D*[^\W\d_])([ ._-]?\(?)\d+\)?")
"""A name without digits, and a number behind it: cat.12, cat_12, cat (12), cat12."""


def file_names(tree: Tree) -> Reading | None:
    """Images of no folder, all of whose names begin with their class, in one pattern."""
    top = tree.unwrapped()
    labels = [] if top.folders else labels_in(top.images)
    if not 2 <= len(set(labels)) <= len(labels) / 2:
        return None
    example = PurePosixPath(top.images[0]).name
    words = f"file names that begin with the class, such as {example}"
    return Reading(table_of(zip(top.images, labels, strict=True)), words)


def labels_in(paths: Sequence[str]) -> list[str]:
    """The class in each name; nothing unless all names follow one pattern."""
    found = [NUMBERED.fullmatch(PurePosixPath(path).stem) for path in paths]
    matches = [match for match in found if match]
    one_pattern = len({match[2] for match in matches}) == 1
    return [match[1] for match in matches] if len(matches) == len(found) and one_pattern else []
