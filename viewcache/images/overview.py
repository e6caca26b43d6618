"""A report of the images that a person can read."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from viewcache.ground.files import write_text, write_whole
from viewcache.images.near_duplicates import NearDuplicates
from viewcache.images.near_report import described
from viewcache.images.parting import counts_by_class
from viewcache.images.prepared import open_prepared
from viewcache.images.sheet import draw_sheet
from viewcache.images.sources import Source

EXAMPLES, CLASSES_SHOWN, ROWS_SHOWN = 8, 12, 50


def rejects(source: Source, index: pd.DataFrame) -> pd.DataFrame:
    """Every image that cannot be read: `path`, `digest` (empty where it was not), `reason`.

    Args:
        index: One row an image, with `rejected` as decoding found it.
    """
    unread = source.rejected.assign(digest="")
    undecodable = index[index["rejected"] != ""].rename(columns={"rejected": "reason"})
    columns = ["path", "digest", "reason"]
    return pd.concat([unread[columns], undecodable[columns]], ignore_index=True)


def odd_images(kept: pd.DataFrame) -> pd.DataFrame:
    """Every image that was accepted with a warning: `path` and `warning`."""
    first = kept.groupby("digest")["path"].transform("first")
    twins = kept.assign(warning="equal to " + first)[kept["path"] != first]
    odd = kept.assign(warning=kept["warnings"])[kept["warnings"] != ""]
    return pd.concat([odd, twins])[["path", "warning"]].sort_values("path", ignore_index=True)


def write_report(
    folder: Path,
    source: Source,
    kept: pd.DataFrame,
    parts: pd.DataFrame,
    left_out: pd.DataFrame,
    odd: pd.DataFrame,
    near: NearDuplicates,
    prepared: Path,
) -> None:
    """Write `images.md`, with `image_sizes.png` and `images.png` that it shows.

    Args:
        kept: One row an image, with `label`, `warnings`, `width`, `height` and `used_bits`.
        parts: As `part_images` gives them.
        left_out: `path`, `digest`, `reason`.
        odd: As `odd_images` gives it.
        near: Whose pictures `write_near_duplicates` writes.
        prepared: Folder of the prepared images.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _draw_sizes(folder / "image_sizes.png", kept)
    _draw_examples(folder / "images.png", source.classes, prepared)
    counts = counts_by_class(kept, parts["rotation_0"], source.classes)
    shares = counts.sum() / counts.to_numpy().sum()
    lines = [
        f"# Images of {source.root}",
        f"{len(kept):,} images in {len(source.classes)} classes. The largest class, "
        f"{shares.idxmax()}, holds {shares.max():.0%}: what naming it always would get right. "
        f"{source.skipped:,} hidden or foreign files were passed over.",
        _parted(len(parts.columns) - 1),
        _table_of_counts(counts),
        *_examples(source.classes),
        f"Sizes range from {_size(kept, 'min')} to {_size(kept, 'max')} pixels.",
        "![Sizes](image_sizes.png)",
        *_depth(kept["used_bits"], open_prepared(prepared).bits),
        *described(near),
        *_section("Left out", left_out),
        *_section("Accepted with a warning", odd),
    ]
    write_text(folder / "images.md", "\n\n".join(lines) + "\n")


def _parted(rotations: int) -> str:
    if rotations == 1:
        return "One holdout:"
    return f"{rotations} rotations, in which every image is tested once. The first of them:"


def _table_of_counts(counts: pd.DataFrame) -> str:
    """A row a part; of many classes a row a class, the smallest first."""
    table = counts.rename(columns=_in_a_cell)
    if len(table.columns) <= CLASSES_SHOWN:
        table.insert(0, "images", counts.sum(axis=1), allow_duplicates=True)
        return table.to_markdown()
    classes = table.T.assign(images=counts.sum()).sort_values("images", kind="stable")
    rest = len(classes) - ROWS_SHOWN
    more = f"\n\nand {rest:,} classes more, with at least as many images." if rest > 0 else ""
    return classes.head(ROWS_SHOWN).to_markdown() + more


def _examples(classes: list[str]) -> list[str]:
    more = len(classes) - CLASSES_SHOWN
    shown = f"The first {CLASSES_SHOWN} classes; {more:,} more are not shown."
    return ["![Examples](images.png)", *([shown] if more > 0 else [])]


def _depth(used_bits: pd.Series, bits: int) -> list[str]:
    deep = int((used_bits > 0).sum())
    used = f"{deep:,} images have 16 bits a channel, of which they use {bits}"
    return [f"{used}: the upper 8 of these are kept."] if deep else []


def _size(kept: pd.DataFrame, extreme: str) -> str:
    width, height = kept[["width", "height"]].agg(extreme)
    return f"{width} x {height}"


def _section(title: str, table: pd.DataFrame) -> list[str]:
    heading = f"## {title}: {len(table):,}"
    if table.empty:
        return [heading]
    shown = table.head(ROWS_SHOWN).map(_in_a_cell)
    rest = len(table) - ROWS_SHOWN
    return [heading, shown.to_markdown(index=False), *([f"and {rest:,} more."] if rest > 0 else [])]


def _in_a_cell(text: str) -> str:
    """A text as a cell of a Markdown table takes it."""
    return (text if text.isprintable() else repr(text)).replace("|", r"\|")


def _draw_sizes(path: Path, kept: pd.DataFrame) -> None:
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    bins = np.histogram_bin_edges(kept[["width", "height"]].to_numpy(), bins=30).tolist()
    for side in ("width", "height"):
        axes.hist(kept[side], bins, histtype="step", label=side, linewidth=1.5)
    axes.set_xlabel("side of the image in its file (pixels)")
    axes.set_ylabel("images")
    axes.legend(frameon=False)
    settings: dict[str, Any] = {"dpi": 120, "metadata": {"Software": None}}
    write_whole(path, lambda file: figure.savefig(file, format="png", **settings))


def _draw_examples(path: Path, classes: list[str], prepared: Path) -> None:
    images = open_prepared(prepared)
    rows = []
    with images.read() as pixels:
        for label, name in enumerate(classes[:CLASSES_SHOWN]):
            examples = np.flatnonzero(images.labels == label)[:EXAMPLES]
            rows.append(([name], list(pixels.read(examples))))
    draw_sheet(path, rows)
