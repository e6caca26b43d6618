"""Files that a table lists: their names as tools write them, found below a folder."""

import os
import re
from functools import cached_property
from pathlib import Path, PurePosixPath

from viewcache.images.layouts.tree import read_tree

Parts = tuple[str, ...]
BETWEEN = re.compile(r"[\\/]+|\?d=")
"""What parts folders, of Windows too, and in addresses of Label Studio."""
ON_A_SERVER = re.compile(r"\w+://|/data/")
"""An address, whose folders are not those here."""


class Files:
    """The files below a folder, by what tools call them.

    Args:
        folder: Where the table lies.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, name: str) -> str | None:
        """The one file that is meant, as a path below the folder; None where there is none.

        A path below the folder means itself. Else a path of another machine or address ends in
        that of the file; or a name, maybe without extension, ends the path of one file only.
        """
        if not os.path.isabs(name) and is_file(self.folder / name):  # noqa: PTH117
            return name
        parts = tuple(part for part in BETWEEN.split(name) if part) or (name,)
        named = self._by_name.get(parts[-1], [])
        shared = {path: _shared(path, parts) for path in named}
        near = [path for path in named if shared[path] == max(shared.values())]
        if len(near) != 1 or not (shared[near[0]] or ON_A_SERVER.match(name)):
            return None
        return near[0]

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Paths by the name of the file, and by it without the extension."""
        tree, _ = read_tree(self.folder)
        found: dict[str, list[str]] = {}
        for path in tree.below():
            for name in {PurePosixPath(path).name, PurePosixPath(path).stem}:
                found.setdefault(name, []).append(path)
        return found


def is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 (`Path.is_file` raises where a name is too long)


def _shared(path: str, parts: Parts) -> int:
    """How many parts two paths have that end alike; 0 unless one ends in the whole other one."""
    own = PurePosixPath(path).parts
    length = min(len(own), len(parts))
    # But for the names, of which one may lack the extension.
    alike = own[:-1][len(own) - length :] == parts[:-1][len(parts) - length :]
    return length if alike else 0
