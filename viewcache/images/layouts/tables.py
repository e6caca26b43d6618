"""Tables of files and their classes: CSV and JSON lines, as tools write them."""

import os
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from viewcache.ground.errors import PipelineError
from viewcache.images.folds import PARTS
from viewcache.images.layouts.reading import Reading, agree
from viewcache.images.layouts.split_folders import PART_OF, parts_of
from viewcache.images.layouts.table_files import Files, is_file
from viewcache.images.layouts.table_text import SUFFIXES, read_text_table
from viewcache.images.layouts.tree import Tree, read_tree

LABELS = ("label", "labels", "class", "class_name", "category", "choice", "target")
"""Names of columns that hold classes, besides the only column that is left."""
SAMPLE = 100
"""Rows by which columns are told apart."""


def tables_in(tree: Tree) -> list[str]:
    """What `read_table` may be asked for: tables beside what is meant, or in every split folder."""
    around = [path for folder in tree.wrappers() for path in folder.files]
    folders = tree.unwrapped().folders
    names = [
        {PurePosixPath(path).name for path in folders[name].files} for name in parts_of(folders)
    ]
    in_splits = set.intersection(*names) if names else set()
    return sorted(path for path in {*around, *in_splits} if path.lower().endswith(SUFFIXES))


def read_table(root: Path, name: str) -> Reading:
    """Read a table of files and their classes.

    Its columns are `path` and `label`, and maybe `group` and `split`; or those that hold names of
    files, and one label or a 1 for the class of each.

    Args:
        name: A CSV or JSON lines file, as a path below `root`; or its name in every split folder.
            Files are meant from its own folder on.

    Raises:
        PipelineError: the table lies outside, a column or value is missing, a split is unknown, a
            file is not there or is listed twice; the table and the line are named.
    """
    if leaves(root, name):
        rule = f"data.manifest must lie in {root}, since what is outside is not watched"
        raise PipelineError(rule, name)
    splits = {} if is_file(root / name) else _splits_with(root, name)
    if not splits:
        rows, words = _read(root, name)
        return Reading(rows, f"{name}, where {words}")
    tables = {folder: _read(root, f"{folder}/{name}") for folder in splits}
    parts = [one.assign(split=splits[folder]) for folder, (one, _) in tables.items()]
    words = " and ".join(sorted({words for _, words in tables.values()}))
    rows = pd.concat(parts, ignore_index=True).fillna("")
    return Reading(rows, f"{name} in each split folder, where {words}")


def leaves(root: Path, path: str) -> bool:
    """Whether a path is absolute or leads out of a folder, links and `..` followed."""
    target = Path(os.path.realpath(root / path))
    return Path(path).is_absolute() or not target.is_relative_to(os.path.realpath(root))


def _splits_with(root: Path, name: str) -> dict[str, str]:
    """The part of every split folder that holds a file of a name."""
    tree, _ = read_tree(root)
    folders = tree.unwrapped().folders
    paths = {folders[split].path: part for split, part in parts_of(folders).items()}
    return {path: part for path, part in paths.items() if is_file(root / path / name)}


def _read(root: Path, name: str) -> tuple[pd.DataFrame, str]:
    """The rows of a table, and what its columns were taken for."""
    table, folder = root / name, PurePosixPath(name).parent
    files = Files(root / folder)
    rows = read_text_table(table, lambda text: files.find(text) is not None)
    rows, words = _with_path_and_label(table, rows, files)
    for column in rows.columns.intersection(["label", "group", "split"]):
        rows[column] = rows[column].str.strip()
    if "split" in rows:
        rows["split"] = rows["split"].str.lower().replace("unassigned", "")
        rows = rows.drop(columns="split") if (rows["split"] == "").all() else rows
    _refuse_wrong_values(table, rows)
    below = f"{folder}/".removeprefix("./")
    rows["path"] = [f"{below}{path}" for path in _found(table, rows, files)]
    rows = rows.assign(split=rows["split"].map(PART_OF)) if "split" in rows else rows
    return rows, words


def _with_path_and_label(table: Path, rows: pd.DataFrame, files: Files) -> tuple[pd.DataFrame, str]:
    """The table with its columns called what they hold, and how these were called."""
    if {"path", "label"} <= set(rows):
        return rows, "path names the image and label its class"
    path = _path_column(table, rows, files)
    rest = rows.drop(columns=path)
    splits = [name for name in map(str, rest) if name == "split" or _tells_splits(rest[name])][:1]
    others = rest.columns.intersection(["group", *splits])
    label, words = _labels(table, rest.drop(columns=others))
    kept = rest.drop(columns=rest.columns.intersection(["path", "label"]))
    named = kept.rename(columns=dict.fromkeys(splits, "split"))
    return named.assign(path=rows[path], label=label), f"{path} names the image and {words}"


def _path_column(table: Path, rows: pd.DataFrame, files: Files) -> str:
    """The column most of whose values are files, each another one."""
    some = rows.head(SAMPLE)
    found = {str(name): [*map(files.find, some[name])] for name in some}
    hits = [name for name, paths in found.items() if 2 * len({*paths} - {None}) > len(some)]
    if not hits:
        rule = f"{table} must have the columns path and label, or one that names files beside it"
        raise PipelineError(rule, [*rows])
    if any(found[name] != found[hits[0]] for name in hits):
        raise PipelineError(f"one column of {table} must name files, or path must", hits)
    return hits[0]


def _tells_splits(column: pd.Series) -> bool:
    words = set(column.str.strip().str.lower())
    return "train" in map(PART_OF.get, words) and words <= {*PART_OF, "", "unassigned"}


def _labels(table: Path, rest: pd.DataFrame) -> tuple[pd.Series, str]:
    """The class of each row, and how the table says it."""
    known = [name for name in map(str, rest) if name.lower().replace(" ", "_") in LABELS]
    if len(rest.columns) == 1 and 2 * rest.iloc[:, 0].nunique() <= len(rest):
        known = [*map(str, rest)]
    if known and all(agree(rest[known[0]], rest[name]) for name in known):
        return rest[known[0]], f"{known[0]} its class"
    values = rest.apply(lambda column: column.str.strip())
    marks = values.loc[:, values.isin(["0", "1", "0.0", "1.0"]).all()].astype(float)
    if not known and len(marks.columns) > 1 and (marks.sum(axis="columns") == 1).all():
        return marks.idxmax(axis="columns"), "the column with a 1 is its class"
    rule = f"{table} must have one column of classes, called label, or a column for each class"
    raise PipelineError(rule, known or [*rest])


def _refuse_wrong_values(table: Path, rows: pd.DataFrame) -> None:
    for column in rows.columns.intersection(["path", "label", "group"]):
        _refuse(table, rows, rows[column].str.strip() == "", f"{column} must not be empty")
    if "split" in rows:
        unknown = ~rows["split"].isin(list(PART_OF))
        _refuse(table, rows, unknown, f"split must be one of {', '.join(PARTS)}")


def _found(table: Path, rows: pd.DataFrame, files: Files) -> list[str]:
    """The files that are meant; paths that lead out of the folder stay as they are."""
    unnameable = rows["path"].str.contains("\0", regex=False) | (rows["path"].str.len() > 4096)
    _refuse(table, rows, unnameable, "path must name a file")
    found = [
        files.find(path) or (path if leaves(files.folder, path) else "") for path in rows["path"]
    ]
    _refuse(table, rows, [not path for path in found], "path must name a file")
    meant = pd.Series([os.path.realpath(files.folder / path) for path in found], dtype=str)
    _refuse(table, rows, meant.duplicated().to_numpy(), "a file must be listed once")
    return found


def _refuse(table: Path, rows: pd.DataFrame, wrong: ArrayLike, rule: str) -> None:
    for line in rows.index[np.asarray(wrong, bool)]:
        row = rows.loc[line].to_dict()
        raise PipelineError(f"{table}, line {line}: {rule}", row)
