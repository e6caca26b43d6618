"""Let the exported model classify images of files and folders."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.paths import MODEL
from viewcache.images.decoding import Rejected
from viewcache.images.folders import in_utf8, is_clutter
from viewcache.serving.classifier import Classifier, open_classifier

AT_A_TIME = 64  # images in memory
REJECTED = "rejected"


def predict(images: Sequence[Path], out: Path) -> None:
    """Write a CSV with a row for every file: `path`, `class`, `probability_...` of every class, and
    `rejected`, why the file is no image that can be classified, where it is none.

    Args:
        images: Files, and folders of which every file is taken but what systems leave behind.

    Raises:
        PipelineError: something is not there, or a file was rejected; the rest is written.
    """
    paths = list(_files(images))
    table = _classify(open_classifier(MODEL), paths)
    write_text(out, table.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, float_format="%.7f"))
    rejected = table.loc[table[REJECTED] != "", ["path", REJECTED]].to_numpy()
    if len(rejected):
        first = ", ".join(f"{path!r}: {reason}" for path, reason in rejected[:10])
        rule = f"every file must be an image that can be classified; {out} says which are not"
        raise PipelineError(rule, f"{len(rejected)} of {len(table)} that are not: {first}")


def _files(images: Iterable[Path]) -> Iterator[Path]:
    for path in images:
        if path.is_dir():
            yield from _files(sorted(one for one in path.iterdir() if not is_clutter(one.name)))
        elif path.exists():
            yield path
        else:
            raise PipelineError("images must be files or folders that exist", repr(str(path)))


def _classify(model: Classifier, paths: Sequence[Path]) -> pd.DataFrame:
    probabilities = np.full((len(paths), len(model.classes)), np.nan)
    rejected = np.full(len(paths), "", object)
    for row, found in tqdm(
        _answers(model, paths), "predict", len(paths), unit=" images", disable=None
    ):
        (rejected if isinstance(found, str) else probabilities)[row] = found
    best = np.array(model.classes, object)[probabilities.argmax(axis=1)]
    return pd.DataFrame(
        {
            "path": [in_utf8(str(path)) for path in paths],
            "class": np.where(rejected == "", best, ""),
            **{f"probability_{name}": probabilities[:, n] for n, name in enumerate(model.classes)},
            REJECTED: rejected,
        }
    )


def _answers(model: Classifier, paths: Sequence[Path]) -> Iterator[tuple[int, np.ndarray | str]]:
    """Of every file its row, and the probabilities or the reason why it is rejected."""
    with ThreadPoolExecutor() as workers:
        for start in range(0, len(paths), AT_A_TIME):
            some = workers.map(partial(_decode, model), paths[start : start + AT_A_TIME])
            decoded = dict(enumerate(some, start))
            pixels = {row: one for row, one in decoded.items() if not isinstance(one, str)}
            if pixels:
                found = model.classify(np.stack(list(pixels.values())))
                decoded.update(zip(pixels, found, strict=True))
            yield from decoded.items()


def _decode(model: Classifier, path: Path) -> np.ndarray | str:
    try:
        return model.decode(path.read_bytes(), path.name)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except Rejected as reason:
        return str(reason)
