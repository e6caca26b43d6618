"""Which image files a folder holds, and what they show."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from viewcache.ground.errors import PipelineError
from viewcache.images.csv_manifest import leaves, read_manifest
from viewcache.images.folders import read_folders


@dataclass(frozen=True)
class Source:
    """Labelled image files, not opened yet.

    Attributes:
        classes: Names of the classes; a label is an index into them.
        table: One row an image, in order of `path` (below `root`, with slashes): `label` (int) and,
            where the source knows them, `group` and `split` (train, validation or test) and every
            further column of a manifest, as text.
        rejected: One row a file that is not to be read: `path` and `reason`.
        skipped: Number of entries passed over: hidden ones, what operating systems leave behind,
            and files beside the class folders that are no images by their extension.
    """

    root: Path
    classes: list[str]
    table: pd.DataFrame = field(repr=False)
    rejected: pd.DataFrame = field(repr=False)
    skipped: int


def open_source(root: Path, manifest: str | None, classes: list[str] | None) -> Source:
    """List the images of a folder.

    Without a manifest the folder holds a folder for each class, or the folders train, validation
    (or val) and test with a folder for each class in each. Every file in them is taken for an
    image. Links to files inside the folder are read; other links and special files are rejected.

    Args:
        manifest: Name of a CSV file in the folder, in UTF-8, with the columns `path` and `label`,
            and maybe `group`, `split` and others. Only the files that it lists are read.
        classes: Order of the classes; None sorts their names.

    Raises:
        PipelineError: the folder cannot be read, does not hold at least two classes with images,
            or holds others than `classes`; split folders are incomplete or differ; or the
            manifest lacks a value, or lists a file that is not there or twice.
    """
    try:
        if manifest is None:
            rows, skipped = read_folders(root)
        else:
            rows, skipped = read_manifest(root, manifest), 0
        return _source(root, rows, skipped, classes)
    except OSError as error:
        raise PipelineError(f"{root} must be a folder to read", error) from error


def _source(root: Path, rows: pd.DataFrame, skipped: int, classes: list[str] | None) -> Source:
    reasons = [_reason(root, *row) for row in zip(rows["path"], rows["label"], strict=True)]
    reason = pd.Series(reasons, rows.index, dtype=str)
    rejected = rows[["path"]].assign(reason=reason)[reason != ""]
    table = rows[reason == ""].sort_values("path", ignore_index=True)
    names = _ordered(root, sorted(set(rows["label"]) - {""}), classes)
    _refuse_classes_without_images(root, names, table, rejected)
    table["label"] = table["label"].map(names.index)
    return Source(root, names, table, rejected.sort_values("path", ignore_index=True), skipped)


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
