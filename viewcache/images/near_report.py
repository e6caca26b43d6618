"""What a person sees of near duplicates: a list and a picture."""

import csv
from pathlib import Path, PurePath

import numpy as np
import pandas as pd

from viewcache.ground.files import write_text
from viewcache.images.near_duplicates import NEAR, SIDE, NearDuplicates
from viewcache.images.prepared import Prepared
from viewcache.images.sheet import TILE, draw_sheet

NEAR_DUPLICATES = Path("plots/near_duplicates.png")
SHOWN, IN_A_ROW = 24, 3  # pairs
BLANK = np.full((TILE, TILE, 3), 255, np.uint8)


def write_near_duplicates(
    folder: Path, near: NearDuplicates, kept: pd.DataFrame, classes: list[str], images: Prepared
) -> None:
    """Write `near_duplicates.csv` and `near_duplicates.png`, which shows pairs side by side.

    Args:
        kept: One row an image: `path` and `label`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths, labels = kept["path"].to_numpy(), np.array(classes, object)[kept["label"]]
    ends = {"": near.table["first"].to_numpy(int), "near_": near.table["second"].to_numpy(int)}
    columns = {f"{end}path": paths[rows] for end, rows in ends.items()}
    columns |= {f"{end}class": labels[rows] for end, rows in ends.items()}
    table = pd.DataFrame(columns).assign(**near.table[["bits", "across"]].reset_index(drop=True))
    text = table.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC)
    write_text(folder / "near_duplicates.csv", text)
    _draw(folder / "near_duplicates.png", near.table, paths, images)


def leaking(near: NearDuplicates) -> str:
    """Which share of the images has a near duplicate in another part."""
    share = f"{near.across:,} of {near.images:,} images ({near.across / near.images:.1%})"
    return f"{share} have a near duplicate in another part"


def described(near: NearDuplicates) -> list[str]:
    """Paragraphs of the report."""
    heading = f"## Near duplicates: {near.pairs:,} pairs"
    if not near.pairs:
        return [heading]
    says = (
        f"{leaking(near)}: what is tested there was nearly seen in training. "
        "`data.group_near_duplicates: true` keeps near duplicates in one part."
        if near.across
        else "No pair is in two parts."
    )
    rule = (
        f"Their hashes (phash of {SIDE} x {SIDE} bits) differ by at most {NEAR} bits. "
        "near_duplicates.csv lists them, those in two parts first; some of these, from the "
        "nearest to the farthest:"
    )
    return [heading, says, rule, "![Near duplicates](near_duplicates.png)"]


def _draw(path: Path, table: pd.DataFrame, paths: np.ndarray, images: Prepared) -> None:
    first = table[table["across"].to_numpy(bool)] if table["across"].any() else table
    places = np.unique(np.linspace(0, len(first) - 1, SHOWN).astype(int))
    pairs = first.iloc[places[: len(first)]][["first", "second"]].to_numpy(int)
    rows = [pairs[start : start + IN_A_ROW] for start in range(0, len(pairs), IN_A_ROW)]
    with images.read() as pixels:
        sheet = [_row(row, paths, list(map(pixels.read, row))) for row in rows]
    draw_sheet(path, sheet or [(["no near duplicates"], [BLANK])])


def _row(
    pairs: np.ndarray, paths: np.ndarray, pixels: list[np.ndarray]
) -> tuple[list[str], list[np.ndarray]]:
    """Headings and pictures; a blank one sets pairs apart."""
    names = [[PurePath(paths[row]).name for row in pair] for pair in pairs]
    headings = [text for pair in names for text in ("", *pair)][1:]
    return headings, [picture for pair in pixels for picture in (BLANK, *pair)][1:]
