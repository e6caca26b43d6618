"""Every layout, and which of them a folder has."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from viewcache.ground.errors import PipelineError
from viewcache.images.layouts.file_names import file_names
from viewcache.images.layouts.folders import (
    class_folders,
    has_recurring_folders,
    innermost_folders,
    nested_folders,
)
from viewcache.images.layouts.reading import Reading, agree
from viewcache.images.layouts.split_folders import parts_of, split_folders
from viewcache.images.layouts.tables import read_table, tables_in
from viewcache.images.layouts.tree import Tree

LAYOUTS: dict[str, Callable[[Tree], Reading | None]] = {
    "class_folders": class_folders,
    "nested_folders": nested_folders,
    "innermost_folders": innermost_folders,
    "split_folders": split_folders,
    "file_names": file_names,
}
RIGHT: dict[str, str] = {
    "class_folders": "a folder for each class, two or more",
    "nested_folders": "folders in folders, of which each path is a class",
    "innermost_folders": "folders in folders, of which the innermost are named by class",
    "split_folders": "folders train, validation and test, or two of them, with the classes in each",
    "file_names": "images of no folder, all named by class and numbered, as cat.12.jpg",
    "table": "a CSV or JSON lines file with a column of files and one of classes",
}

SHOWN = 4
"""Lines of a tree, and classes of a way, in a message."""


class Way(NamedTuple):
    """A way to read a folder: a layout, the name of the table where that is one, and the images."""

    layout: str
    manifest: str | None
    reading: Reading

    @property
    def name(self) -> str:
        return self.manifest or self.layout


def read_as(root: Path, tree: Tree, layout: str) -> Way:
    """Read a folder by a layout other than a table.

    Raises:
        PipelineError: the folder is laid out otherwise.
    """
    reading = LAYOUTS[layout](tree)
    if reading is None:
        rule = f"{root} must hold {RIGHT[layout]} (data.layout {layout})"
        raise PipelineError(rule, _seen(tree))
    return Way(layout, None, reading)


def recognise(root: Path, tree: Tree, tables: bool) -> Way:
    """Find out how a folder is laid out.

    Args:
        tables: Whether to look for tables, too.

    Raises:
        PipelineError: it is in none of the ways that are known, or can be read in two.
    """
    listed, complaints = _tables(root, tree) if tables else ([], [])
    ways = [*_in_folders(tree, bool(listed)), *listed]
    if not ways:
        rule = f"{root} must say which image is of which class: by {'; '.join(RIGHT.values())}"
        raise PipelineError(rule, "; ".join([_seen(tree), *map(str, complaints)]))
    if not all(_agree(ways[0].reading, way.reading) for way in ways):
        rule = f"{root} can be read in several ways: say which by data.layout, or init --layout"
        raise PipelineError(rule, "; ".join(map(_classes, ways)))
    most = max(len(way.reading.rows) for way in ways)
    return max((way for way in ways if len(way.reading.rows) == most), key=_knowledge)


def _in_folders(tree: Tree, others: bool) -> list[Way]:
    """The layouts without a table that fit; what is wrong in one is raised unless others do."""
    try:
        found = {layout: LAYOUTS[layout](tree) for layout in _likely(tree)}
    except PipelineError:
        if others:
            return []
        raise
    return [Way(layout, None, reading) for layout, reading in found.items() if reading]


def _likely(tree: Tree) -> list[str]:
    folders = tree.unwrapped().folders
    if parts_of(folders):
        return ["split_folders"]
    if has_recurring_folders(tree):
        return ["class_folders", "nested_folders", "innermost_folders"]
    return ["class_folders"] if folders else ["file_names"]


def _tables(root: Path, tree: Tree) -> tuple[list[Way], list[PipelineError]]:
    ways, complaints = [], []
    for name in tables_in(tree):
        try:
            ways.append(Way("table", name, read_table(root, name)))
        except PipelineError as error:
            complaints.append(error)
    return ways, complaints


def _agree(one: Reading, other: Reading) -> bool:
    """Whether two readings tell the images that they share apart alike."""
    both = one.rows[["path", "label"]].merge(other.rows[["path", "label"]], on="path")
    return len(both) > 0 and agree(both["label_x"], both["label_y"])


def _knowledge(way: Way) -> int:
    """How much a reading tells beside classes."""
    return len({"split", "group"} & {*way.reading.rows})


def _classes(way: Way) -> str:
    names = sorted(set(way.reading.rows["label"]) - {""})
    more = ", ..." if len(names) > SHOWN else ""
    return f"{way.name}: {len(names)} classes ({', '.join(names[:SHOWN])}{more})"


def _seen(tree: Tree) -> str:
    """The first lines of a tree."""
    folders = [f"{name}/ ({len([*each.below()])} files)" for name, each in tree.folders.items()]
    entries = [*sorted(folders), *sorted(tree.files)]
    more = [f"and {len(entries) - SHOWN} more"] if len(entries) > SHOWN else []
    return ", ".join([*entries[:SHOWN], *more]) or "an empty folder"
