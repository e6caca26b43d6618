"""Which image files a folder holds, and what they show."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.schema import Data
from viewcache.images.layouts.known import LAYOUTS, Way, read_as, recognise
from viewcache.images.layouts.tables import leaves, read_table
from viewcache.images.layouts.tree import read_tree


@dataclass(frozen=True)
class Source:
    """Labelled image files, not opened yet.

    Attributes:
        layout: How the folder says what they show.
        manifest: The table that says it, where there is one.
        words: What the folder was taken for, in English.
        classes: Names of the classes; a label is an index into them.
        table: One row an image, in order of `path` (below `root`, with slashes): `label` (int) and,
            where the source knows them, `group` and `split` (train, validation or test) and every
            further column of a manifest, as text.
        rejected: One row a file that is not to be read: `path` and `reason`.
        skipped: Number of entries passed over: hidden ones, what operating systems leave behind,
            unlabelled ones, and files beside the class folders that are no images by their
            extension.
    """

    root: Path
    layout: str
    manifest: str | None
    words: str
    classes: list[str]
    table: pd.DataFrame = field(repr=False)
    rejected: pd.DataFrame = field(repr=False)
    skipped: int


def open_source(
    root: Path,
    manifest: str | None,
    classes: list[str] | None,
    layout: str | None = None,
    use_split: str = "as_test",
) -> Source:
    """List the images of a folder.

    Every file in a folder of a class is taken for an image. Links to files inside the folder are
    read; other links and special files are rejected.

    Args:
        manifest: A table in the folder, as `read_table` takes it. Only the files that it lists are
            read.
        classes: Order of the classes; None sorts their names.
        layout: How the folder says what the images show; None: a table if that is named, or what
            the folder looks like.
        use_split: `as_test`: a split that the images come with is kept; `ignore`: it is not.

    Raises:
        PipelineError: the folder cannot be read, is laid out otherwise, or does not hold at least
            two classes with images, or holds others than `classes`; or the table lacks a value,
            or lists a file that is not there or twice.
    """
    source = _open(root, manifest or layout, classes, tables=False)
    if use_split == "as_test" or "split" not in source.table:
        return source
    return replace(source, table=source.table.drop(columns="split"))


def source_of(data: Data, root: Path | None = None) -> Source:
    """The images that parameters name.

    Args:
        root: Where they lie, if it is not where the parameters say.

    Raises:
        PipelineError: as `open_source`.
    """
    root = root or Path(data.path)
    return open_source(root, data.manifest, data.classes, data.layout, data.use_split)


def find_source(root: Path, way: str | None) -> Source:
    """List the images of a folder, in whatever layout it has.

    Args:
        way: A layout or the name of a table; None: what the folder looks like.

    Raises:
        PipelineError: as `open_source`; or there are several ways to read the folder.
    """
    return _open(root, way, None, tables=True)


def _open(root: Path, way: str | None, classes: list[str] | None, tables: bool) -> Source:
    try:
        if way is not None and way not in LAYOUTS:
            return _source(root, Way("table", way, read_table(root, way)), 0, classes)
        tree, skipped = read_tree(root)
        found = read_as(root, tree, way) if way else recognise(root, tree, tables)
        if found.layout != "table":
            skipped += len([*tree.below()]) - len(found.reading.rows)
        return _source(root, found, skipped, classes)
    except OSError as error:
        raise PipelineError(f"{root} must be a folder to read", error) from error


def _source(root: Path, way: Way, skipped: int, classes: list[str] | None) -> Source:
    rows = way.reading.rows
    reasons = [_reason(root, *row) for row in zip(rows["path"], rows["label"], strict=True)]
    reason = pd.Series(reasons, rows.index, dtype=str)
    rejected = rows[["path"]].assign(reason=reason)[reason != ""]
    table = rows[reason == ""].sort_values("path", ignore_index=True)
    names = _ordered(root, sorted(set(rows["label"]) - {""}), classes)
    _refuse_classes_without_images(root, names, table, rejected)
    table["label"] = table["label"].map(names.index)
    rejected = rejected.sort_values("path", ignore_index=True)
    return Source(
        root, way.layout, way.manifest, way.reading.words, names, table, rejected, skipped
    )


def _reason(root: Path, path: str, label: str) -> str:
    """Why a file is rejected; empty where it is not."""
    file = root / path
    if Path(path).is_absolute():
        return "is an absolute path, not one below the source folder"
    if leaves(root, path):
        return "leaves the source folder"
    if file.is_dir():
        return "links to a folder"
    if not file.exists():
        return "links to nothing" if file.is_symlink() else "has a name that is not UTF-8"
    if not file.is_file():
        return "is a pipe or a device, not a file"
    return "" if label else "lies in no class folder"


def _ordered(root: Path, found: list[str], given: list[str] | None) -> list[str]:
    if given is not None and sorted(given) != found:
        there, named = Counter(found), Counter(given)
        more, missing = [*(named - there)], [*(there - named)]
        rule = f"data.classes must name each class of {root} once"
        raise PipelineError(rule, f"{missing} missing, {more} unknown or twice")
    return given or found


def _refuse_classes_without_images(
    root: Path, names: list[str], table: pd.DataFrame, rejected: pd.DataFrame
) -> None:
    counts = table["label"].value_counts().reindex(names, fill_value=0).to_dict()
    if len(names) < 2 or 0 in counts.values():
        examples = rejected.head(3).to_numpy().tolist()
        without = {name: count for name, count in counts.items() if not count}
        rule = f"{root} must hold images of two classes or more, and of every class"
        raise PipelineError(rule, f"{without or counts}, rejected: {examples}")
