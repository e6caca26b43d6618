"""Tables of text: CSV, whatever parts its columns, and JSON lines."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import pandas as pd

from viewcache.ground.errors import PipelineError

JSON_LINES = (".jsonl", ".ndjson")
SUFFIXES = (".csv", ".tsv", *JSON_LINES)
DELIMITERS = ",;\t|"


def read_text_table(path: Path, is_value: Callable[[str], bool]) -> pd.DataFrame:
    """Read a table, all its columns as text.

    Args:
        is_value: Whether a text is no heading: a table that begins with one has no headings, and
            its columns are called `column 1` and on.

    Returns:
        One row a record, indexed by its line.

    Raises:
        PipelineError: the file cannot be read, is neither, or has a record of another length.
    """
    lines = list(_lines(path, _json_lines if path.suffix.lower() in JSON_LINES else _csv_lines))
    _, header = lines[0] if lines else (1, [])
    header = [name.strip() for name in header]
    if any(map(is_value, header)):
        header = [f"column {number}" for number in range(1, len(header) + 1)]
    else:
        lines = lines[1:]
    if len(set(header)) < len(header):
        raise PipelineError(f"{path} must have no column twice", header)
    for line, fields in lines:
        if len(fields) != len(header):
            rule = f"there must be {len(header)} fields, as in the header"
            raise PipelineError(f"{path}, line {line}: {rule}", fields)
    return pd.DataFrame.from_dict(dict(lines), "index", dtype=str, columns=header)


Lines = Iterator[tuple[int, list[str]]]


def _lines(path: Path, read: Callable[[TextIO], Lines]) -> Lines:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from read(file)
    except OSError as error:
        rule = "must be a file that can be read (data.manifest)"
        raise PipelineError(f"{path} {rule}", error.strerror) from error
    except (csv.Error, ValueError, RecursionError) as error:
        kind = "JSON lines" if read is _json_lines else "CSV"
        raise PipelineError(f"{path} must be {kind} in UTF-8", error) from error


def _csv_lines(file: TextIO) -> Lines:
    """Fields of every line but blank ones, with its number: of several lines, the last one's."""
    first = file.readline()
    delimiter = next((each for each in DELIMITERS if each in first), ",")
    file.seek(0)
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    for fields in reader:
        if fields:
            yield reader.line_num, fields


def _json_lines(file: TextIO) -> Lines:
    """The keys of the first object, and the values of every one; empty where one lacks a key."""
    names: list[str] = []
    for line, text in enumerate(file, 1):
        record = json.loads(text) if text.strip() else None
        if isinstance(record, dict):
            if not names:
                names = [*record]
                yield line, names
            yield line, [_text(record.get(name, "")) for name in names]
        elif record is not None:
            raise ValueError(f"line {line} is no object")


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    text.encode()  # JSON can write what UTF-8 cannot
    return text
