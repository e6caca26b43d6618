"""Images whose folder says what they show."""

import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from viewcache.ground.errors import PipelineError
from viewcache.images.folds import PARTS

SPLIT_OF = dict(zip(PARTS, PARTS, strict=True)) | {"val": "validation"}
_IMAGE_EXTENSIONS = {
    *(".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpeg", ".jpg", ".png"),
    *(".tif", ".tiff", ".webp"),
}


def read_folders(root: Path) -> tuple[pd.DataFrame, int]:
    """List what lies in class folders, and the images and links that lie beside them.

    Returns:
        Rows of `path` (below `root`), `label` (the folder's name; empty beside the folders) and,
        of split folders, `split`; and the number of entries skipped.

    Raises:
        PipelineError: a class folder is empty, or split folders are incomplete or differ.
    """
    top = _folders(root)
    in_splits = _are_splits(root, top)
    class_folders = [inner for split in top for inner in _folders(split)] if in_splits else top
    inside = [(path, folder.name) for folder in class_folders for path in _files(folder)]
    parents = [root, *top] if in_splits else [root]
    beside = [(path, "") for parent in parents for path in _entries(parent)]
    kept = [(path, label) for path, label in inside + beside if not _is_skipped(path, label)]
    _refuse_empty(class_folders, [path for path, _ in kept])
    names = [(in_utf8(path.relative_to(root).as_posix()), in_utf8(label)) for path, label in kept]
    rows = pd.DataFrame(names, columns=["path", "label"])
    if in_splits:
        rows["split"] = rows["path"].str.partition("/")[0].map(SPLIT_OF)
    return rows, len(inside) + len(beside) - len(kept)


def is_clutter(name: str) -> bool:
    """Whether a name is hidden, or one that operating systems leave behind."""
    return name.startswith(".") or name.lower() in {"thumbs.db", "desktop.ini", "__macosx"}


def _is_folder(path: Path) -> bool:
    """Whether to look inside. Not through links: what they show may lie outside, or above them."""
    return path.is_dir() and not path.is_symlink() and not is_clutter(path.name)


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if _is_folder(path)]


def _entries(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if not _is_folder(path)]


def _files(folder: Path) -> Iterator[Path]:
    yield from _entries(folder)
    for inner in _folders(folder):
        yield from _files(inner)


def _is_skipped(path: Path, label: str) -> bool:
    loose = not label and path.is_file() and path.suffix.lower() not in _IMAGE_EXTENSIONS
    return loose or is_clutter(path.name)


def in_utf8(name: str) -> str:
    """A name in UTF-8, with escapes for the bytes that are not."""
    return os.fsencode(name).decode(errors="backslashreplace")


def _are_splits(root: Path, folders: list[Path]) -> bool:
    names = sorted(folder.name for folder in folders)
    if not names or not set(names) <= set(SPLIT_OF):
        return False
    if sorted(SPLIT_OF[name] for name in names) != sorted(PARTS):
        raise PipelineError(f"{root} must hold the splits {', '.join(PARTS)}", names)
    inside = {split.name: _folders(split) for split in sorted(folders)}
    classes = {split: {path.name for path in paths} for split, paths in inside.items()}
    every = set().union(*classes.values())
    lacking = {split: sorted(every - own) for split, own in classes.items() if every - own}
    if lacking:
        rule = f"each split of {root} must hold every class"
        raise PipelineError(rule, f"none of {lacking}")
    return True


def _refuse_empty(class_folders: list[Path], files: list[Path]) -> None:
    filled = {parent for path in files for parent in path.parents}
    for folder in sorted(set(class_folders) - filled):
        raise PipelineError(f"{folder} must hold images of its class", "none")
