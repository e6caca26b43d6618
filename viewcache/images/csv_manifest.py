"""Images that a CSV file lists."""

import csv
import os
from pathlib import Path

import pandas as pd

from viewcache.ground.errors import PipelineError
from viewcache.images.folders import SPLIT_OF
from viewcache.images.folds import PARTS


def read_manifest(root: Path, name: str) -> pd.DataFrame:
    """Read a manifest: all its columns as text, one row an image, indexed by line.

    Args:
        name: The CSV file, in `root` as the files that it lists.

    Raises:
        PipelineError: a column or value is missing, a split is unknown, a file is not there or is
            listed twice; the manifest and the line are named.
    """
    manifest = root / name
    rows = _parse(manifest)
    for column in rows.columns.intersection(["label", "group", "split"]):
        rows[column] = rows[column].str.strip()
    if "split" in rows and (rows["split"] == "").all():
        del rows["split"]
    _refuse_wrong_values(manifest, rows)
    _refuse_wrong_files(manifest, rows, root)
    return rows.assign(split=rows["split"].map(SPLIT_OF)) if "split" in rows else rows


def leaves(root: Path, path: str) -> bool:
    """Whether a path is absolute or leads out of a folder, links and `..` followed."""
    target = Path(os.path.realpath(root / path))
    return Path(path).is_absolute() or not target.is_relative_to(os.path.realpath(root))


def _parse(manifest: Path) -> pd.DataFrame:
    (_, header), *records = _lines(manifest) or [(1, [])]
    if not {"path", "label"} <= set(header) or len(set(header)) < len(header):
        rule = "the columns path and label, and no column twice"
        raise PipelineError(f"{manifest} must have {rule}", header)
    for line, fields in records:
        if len(fields) != len(header):
            rule = f"there must be {len(header)} fields, as in the header"
            raise PipelineError(f"{manifest}, line {line}: {rule}", fields)
    return pd.DataFrame.from_dict(dict(records), "index", dtype=str, columns=header)


def _lines(manifest: Path) -> list[tuple[int, list[str]]]:
    """Fields of every line but blank ones, with its number: of several lines, the last one's."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            return [(reader.line_num, fields) for fields in reader if fields]
    except OSError as error:
        rule = "must be a file that can be read (data.manifest)"
        raise PipelineError(f"{manifest} {rule}", error.strerror) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise PipelineError(f"{manifest} must be CSV in UTF-8", error) from error


def _refuse_wrong_values(manifest: Path, rows: pd.DataFrame) -> None:
    for column in rows.columns.intersection(["path", "label", "group"]):
        _refuse(manifest, rows, rows[column].str.strip() == "", f"{column} must not be empty")
    if "split" in rows:
        unknown = ~rows["split"].isin(list(SPLIT_OF))
        _refuse(manifest, rows, unknown, f"split must be one of {', '.join(PARTS)}")


def _refuse_wrong_files(manifest: Path, rows: pd.DataFrame, root: Path) -> None:
    unnameable = rows["path"].str.contains("\0", regex=False) | (rows["path"].str.len() > 4096)
    _refuse(manifest, rows, unnameable, "path must name a file")
    files = rows["path"].map(lambda path: os.path.realpath(root / path))
    _refuse(manifest, rows, files.duplicated(), "a file must be listed once")
    there = rows["path"].map(lambda path: leaves(root, path) or _is_file(root / path))
    _refuse(manifest, rows, ~there.astype(bool), "path must name a file")


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 (`Path.is_file` raises where a name is too long)


def _refuse(manifest: Path, rows: pd.DataFrame, wrong: pd.Series, rule: str) -> None:
    for line in rows.index[wrong]:
        row = rows.loc[line].to_dict()
        raise PipelineError(f"{manifest}, line {line}: {rule}", row)
