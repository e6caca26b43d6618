"""The table of answers, as Parquet: a row for each head, view and image.

Its columns are told in docs/answers.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from viewcache.answers.head_answers import HeadAnswers
from viewcache.arms.arm import Arm
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_whole
from viewcache.images.folds import Rotation
from viewcache.images.prepared import Prepared

MOST_LOGITS = 20_000_000
"""Numbers, 80 MB; of more, classes and log-probabilities are kept alone."""
HEAD = ("arm", "seed", "rotation", "part")
"""Columns that tell a head's answers from those of another."""


def write_answers(
    path: Path,
    heads: Sequence[HeadAnswers],
    images: Prepared,
    classes: Sequence[str],
    rotations: Sequence[Rotation],
    views: Sequence[int],
    units: np.ndarray,
) -> None:
    """Write answers.

    Args:
        views: Ids of those that are answered in, in order: 0, then random ones.
        units: Of all prepared images, as `open_units` gives them.
    """
    numbers = sum(head.logits.size for head in heads if head.logits is not None)
    paths, keeps_logits = images.paths, numbers <= MOST_LOGITS
    tables = [
        _table(head, images, paths, classes, rotations[head.rotation], views, units, keeps_logits)
        for head in heads
    ]
    table = pa.concat_tables(tables, promote_options="default").unify_dictionaries()
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = {"compression": "zstd", "write_page_checksum": True}
    write_whole(path, lambda file: pq.write_table(table, file, **settings))


def read_answers(
    path: Path, arms: Iterable[Arm], images: Prepared, classes: Sequence[str]
) -> list[HeadAnswers]:
    """Read answers.

    Args:
        arms: All that may have answered.

    Raises:
        PipelineError: the table is missing or damaged, or of other arms, images or classes.
    """
    try:
        words = ["arm", "part", "image", "label", "named"]
        # Not by `read_table`, which imports pandas.
        with pq.ParquetFile(path, read_dictionary=words, page_checksum_verification=True) as file:
            table = file.read()
        by_name = {arm.name: arm for arm in arms}
        rows = {digest: row for row, digest in enumerate(images.digests)}
        numbers = {name: number for number, name in enumerate(classes)}
        return [
            _answers(table.slice(start, end - start), by_name, rows, numbers)
            for start, end in _heads(table)
        ]
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        rule = f"{path} must hold answers of these arms, images and classes: `dvc repro` makes it"
        raise PipelineError(rule, repr(error)) from error


def _table(
    head: HeadAnswers,
    images: Prepared,
    paths: Sequence[str],
    classes: Sequence[str],
    rotation: Rotation,
    views: Sequence[int],
    units: np.ndarray,
    keeps_logits: bool,
) -> pa.Table:
    """The answers of one head, view after view."""
    rows = np.tile(head.images, len(views))
    count, arm = len(rows), head.arm
    same: dict[str, str | int] = {
        "arm": arm.name,
        "views": arm.random_views,
        "runtime": arm.kind,
        "seed": head.seed,
        "rotation": head.rotation,
        "training_images": len(rotation.train),
        "part": head.part,
    }
    return pa.table(
        {
            **{name: _repeated(value, count) for name, value in same.items()},
            "view": np.repeat(np.array(views, np.int32), len(head.images)),
            "image": _words([images.digests[row] for row in head.images], len(views)),
            "path": _words([paths[row] for row in head.images], len(views)),
            "unit": units[rows].astype(np.int32),
            "label": _named(classes, images.labels[rows]),
            "named": _named(classes, head.named.ravel()),
            "log_probability": head.log_named.ravel(),
            "log_probability_of_label": head.log_right.ravel(),
            **({"logits": _lists(head.logits)} if keeps_logits and head.logits is not None else {}),
        }
    )


def _repeated(value: str | int, count: int) -> pa.Array:
    if isinstance(value, int):
        return pa.array(np.full(count, value, np.int32))
    return pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), [value])


def _words(words: Sequence[str], times: int) -> pa.Array:
    places = np.arange(len(words), dtype=np.int32)
    return pa.DictionaryArray.from_arrays(np.tile(places, times), words)


def _named(classes: Sequence[str], numbers: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(numbers.astype(np.int32), list(classes))


def _lists(logits: np.ndarray) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(logits.reshape(-1)), logits.shape[-1])


def _heads(table: pa.Table) -> list[tuple[int, int]]:
    """Where the rows of each head start and end."""
    codes = [_codes(table[name]) for name in HEAD]
    changes = np.any([np.diff(code) != 0 for code in codes], axis=0)
    cuts = [0, *(np.flatnonzero(changes) + 1), table.num_rows]
    return [(int(start), int(end)) for start, end in pairwise(cuts)]


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    array = column.combine_chunks()
    return np.from_dlpack(array.indices if pa.types.is_dictionary(array.type) else array)


def _answers(
    table: pa.Table, arms: Mapping[str, Arm], rows: Mapping[str, int], classes: Mapping[str, int]
) -> HeadAnswers:
    """Of one head."""
    views = len(np.unique(_numbers(table["view"])))
    shape = (views, table.num_rows // views)
    first = {name: table[name][0].as_py() for name in HEAD}
    images = np.array([rows[one] for one in table["image"][: shape[1]].to_pylist()])
    logits = None
    if "logits" in table.column_names:
        logits = np.from_dlpack(table["logits"].combine_chunks().flatten()).reshape(*shape, -1)
    return HeadAnswers(
        arms[first["arm"]],
        first["seed"],
        first["rotation"],
        first["part"],
        images,
        _mapped(table["named"], classes).reshape(shape),
        _numbers(table["log_probability"]).reshape(shape),
        _numbers(table["log_probability_of_label"]).reshape(shape),
        logits,
    )


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """By DLPack, since pyarrow's own `to_numpy` imports pandas first."""
    return np.from_dlpack(column.combine_chunks())


def _mapped(column: pa.ChunkedArray, numbers: Mapping[str, int]) -> np.ndarray:
    """Words as numbers."""
    array = column.combine_chunks()
    of = np.array([numbers[word] for word in array.dictionary.to_pylist()], np.int64)
    return of[np.from_dlpack(array.indices)]
