"""Folders that are called what their images show."""

from collections import Counter
from collections.abc import Callable

from viewcache.ground.errors import PipelineError
from viewcache.images.layouts.reading import Reading, table_of
from viewcache.images.layouts.tree import Tree


def class_folders(tree: Tree) -> Reading | None:
    """A folder for each class, whatever folders are inside it."""
    return _read(tree, lambda folder: folder.partition("/")[0], "a folder for each class")


def nested_folders(tree: Tree) -> Reading | None:
    """A class for each path of folders, such as apple/ripe."""
    return _read(tree, lambda folder: folder, "a class for each path of folders")


def innermost_folders(tree: Tree) -> Reading | None:
    """A class for each name of an innermost folder, wherever it lies."""
    words = "a class for each name of an innermost folder"
    return _read(tree, lambda folder: folder.rpartition("/")[2], words)


def labelled_by(tree: Tree, label_of: Callable[[str], str]) -> list[tuple[str, str]]:
    """Files with what is made of the folders between the tree's top and them.

    Images beside the folders have none. Other files there are no rows.
    """
    inside = [path for folder in tree.folders.values() for path in _filled(folder)]
    start = len(tree.path) + 1 if tree.path else 0
    labels = [label_of(path[start:].rpartition("/")[0]) for path in inside]
    return [*zip(inside, labels, strict=True), *((path, "") for path in tree.images)]


def has_recurring_folders(tree: Tree) -> bool:
    """Whether class folders hold nothing but folders, some of which are called the same."""
    folders = tree.unwrapped().folders.values()
    names = Counter(name for folder in folders for name in folder.folders)
    return not any(folder.images for folder in folders) and max(names.values(), default=0) > 1


def _read(tree: Tree, label_of: Callable[[str], str], words: str) -> Reading | None:
    top = tree.unwrapped()
    rows = table_of(labelled_by(top, label_of))
    return Reading(rows, words) if len(set(rows["label"]) - {""}) > 1 else None


def _filled(folder: Tree) -> list[str]:
    files = list(folder.below())
    if not files:
        raise PipelineError(f"{folder.path} must hold images of its class", "none")
    return files
