"""How right an arm is on its test images, by a table of answers alone: of any run, anywhere."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from viewcache.ground.errors import PipelineError

COLUMNS = ("arm", "part", "seed", "rotation", "view", "image", "unit", "label", "named")
"""Of a table of answers, what runs are compared by: a thirtieth of its bytes."""


@dataclass(frozen=True)
class Tested:
    """The test images of an arm, and how right its heads are on them.

    Attributes:
        images: One row an image: `rotation`, `label`, `unit`, by `image`, its digest, and `copy`,
            which tells equal images apart.
        seeds, views: Numbers and ids, ascending.
        right: float64, shape (seeds, views, images): 0 or 1.
    """

    images: pd.DataFrame
    seeds: list[int]
    views: list[int]
    right: np.ndarray


def compared_columns(content: bytes) -> pa.Table:
    """Of a table of answers, what runs are compared by.

    Raises:
        PipelineError: it is damaged, or lacks a column.
    """
    try:
        source = pa.BufferReader(content)
        return pq.read_table(source, columns=[*COLUMNS], page_checksum_verification=True)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        rule = "a table of answers must be whole and of this version: `dvc repro` makes it"
        raise PipelineError(rule, repr(error)) from error


def tested_by(answers: pa.Table, arm: str) -> Tested:
    """What the heads of an arm answered.

    Args:
        answers: As `compared_columns` gives them.

    Raises:
        PipelineError: no head of that arm answered.
    """
    tested = answers.filter(pc.equal(answers["part"].cast(pa.string()), "test"))
    arms = tested["arm"].cast(pa.string())
    if arm not in arms.unique().to_pylist():
        rule = f"an arm must be one that has answers, {', '.join(arms.unique().to_pylist())}"
        raise PipelineError(rule, arm)
    rows = _frame(tested.filter(pc.equal(arms, arm)))
    seeds, views = (sorted(rows[name].unique().tolist()) for name in ("seed", "view"))
    images = rows.head(len(rows) // len(seeds) // len(views))
    copy = images.groupby("image").cumcount()
    return Tested(
        images.assign(copy=copy).set_index(["image", "copy"])[["rotation", "label", "unit"]],
        seeds,
        views,
        rows["right"].to_numpy(np.float64).reshape(len(seeds), len(views), -1),
    )


def _frame(answers: pa.Table) -> pd.DataFrame:
    """Seed after seed, view after view; in each, images by their digests."""
    words: dict[str, Any] = {name: answers[name].cast(pa.string()) for name in ("label", "named")}
    right = pc.equal(words["label"], words["named"])
    frame = answers.drop_columns(["part", "arm", "named"]).append_column("right", right).to_pandas()
    frame = frame.astype({"image": str, "label": str})
    return frame.sort_values(["seed", "view", "image"], kind="stable", ignore_index=True)
