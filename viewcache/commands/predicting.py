"""Let the exported model classify images of files and folders."""

import csv
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.paths import MODEL
from viewcache.images.decoding import Decoded, Rejected
from viewcache.images.layouts.tree import in_utf8, is_clutter
from viewcache.serving.classifier import Classifier, open_classifier

AT_A_TIME = 64  # images in memory
REJECTED, WARNINGS = "rejected", "warnings"


class _File(NamedTuple):
    """What was found at a path, and why that is no file; empty where it is one."""

    path: Path
    reason: str


def predict(images: Sequence[Path], out: Path, views: int = 0) -> None:
    """Write a CSV with a row for every file: `path`, `class`, `probability_...` of every class;
    `rejected`, why the file is no image that can be classified, where it is none; and `warnings`,
    what is odd about it.

    Args:
        images: Files, and folders of which every file is taken but what systems leave behind.
            Links to files are followed, links to folders in folders are not.
        views: Random views of each image, which are averaged over beside the image itself.

    Raises:
        PipelineError: `out` cannot be written, or there are too many views, and nothing is
            written; or a file was rejected, or a folder is empty: all rows are written.
    """
    _refuse_unwritable(out)
    table = _classify(open_classifier(MODEL), list(_files(images)), views)
    write_text(out, table.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, float_format="%.7f"))
    if odd := (table[WARNINGS] != "").sum():
        print(f"viewcache: {odd} images were taken with a warning: see {out}", file=sys.stderr)
    rejected = table.loc[table[REJECTED] != "", ["path", REJECTED]].to_numpy()
    if len(rejected):
        first = ", ".join(f"{path!r}: {reason}" for path, reason in rejected[:10])
        rule = f"every file must be an image that can be classified; {out} says which are not"
        raise PipelineError(rule, f"{len(rejected)} of {len(table)} that are not: {first}")


def _refuse_unwritable(out: Path) -> None:
    if out.is_dir() or not os.access(out.parent, os.W_OK):
        rule = "--out must name a file in a folder that can be written to"
        raise PipelineError(rule, repr(str(out)))


def _files(images: Iterable[Path]) -> Iterator[_File]:
    for path in images:
        yield from list(_below(path)) or [_File(path, "is a folder without files")]


def _below(path: Path) -> Iterator[_File]:
    """A file, or every file of a folder."""
    try:
        if not path.is_dir():
            path.stat()
            yield _File(path, "" if path.is_file() else "is a pipe or a device, not a file")
            return
        entries = sorted(each for each in path.iterdir() if not is_clutter(each.name))
    except OSError as error:
        at_nothing = path.is_symlink() and not path.exists()
        yield _File(path, "links to nothing" if at_nothing else f"cannot be read: {error.strerror}")
        return
    for entry in entries:
        if entry.is_symlink() and entry.is_dir():
            yield _File(entry, "links to a folder")
        else:
            yield from _below(entry)


def _classify(model: Classifier, files: Sequence[_File], views: int) -> pd.DataFrame:
    probabilities = np.full((len(files), len(model.classes)), np.nan)
    rejected, warnings = np.full((2, len(files)), "", object)
    answers = _answers(model, files, views)
    for row, found in tqdm(answers, "predict", len(files), unit=" images", disable=None):
        if isinstance(found, str):
            rejected[row] = found
        else:
            probabilities[row], warnings[row] = found
    best = np.array(model.classes, object)[probabilities.argmax(axis=1)]
    return pd.DataFrame(
        {
            "path": [in_utf8(str(file.path)) for file in files],
            "class": np.where(rejected == "", best, ""),
            **{f"probability_{name}": probabilities[:, n] for n, name in enumerate(model.classes)},
            REJECTED: rejected,
            WARNINGS: warnings,
        }
    )


Answer = tuple[np.ndarray, str]
"""Probabilities of every class, and what is odd about the image."""


def _answers(
    model: Classifier, files: Sequence[_File], views: int
) -> Iterator[tuple[int, Answer | str]]:
    """Of every file its row, and the answer or the reason why it is rejected."""
    with ThreadPoolExecutor() as workers:
        for start in range(0, len(files), AT_A_TIME):
            some = workers.map(partial(_decode, model), files[start : start + AT_A_TIME])
            decoded = dict(enumerate(some, start))
            images = {row: one for row, one in decoded.items() if not isinstance(one, str)}
            yield from ((row, one) for row, one in decoded.items() if isinstance(one, str))
            if images:
                read, digests = zip(*images.values(), strict=True)
                found = model.classify_by_views(read, digests, views)
                for row, one, answer in zip(images, read, found, strict=True):
                    yield row, (answer, "; ".join(one.warnings))


def _decode(model: Classifier, file: _File) -> tuple[Decoded, str] | str:
    """What is in a file and its digest, or the reason why it is rejected."""
    if file.reason:
        return file.reason
    try:
        content = file.path.read_bytes()
        decoded = model.decode(content, file.path.name)
        return decoded, hashlib.sha256(content).hexdigest()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except Rejected as reason:
        return str(reason)
