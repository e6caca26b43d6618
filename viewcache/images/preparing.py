"""Decode images, streaming, into what `open_prepared` reads."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from viewcache.ground.files import write_text
from viewcache.ground.manifests import digest_of_digests, seal
from viewcache.ground.row_files import write_rows
from viewcache.images.decoding import DecodingPolicy, Rejected, decode_files

Finding = tuple[str, str, int, int]


def write_classes(folder: Path, classes: list[str]) -> None:
    text = json.dumps(classes, ensure_ascii=False)
    write_text(folder / "classes.json", text + "\n")


def write_prepared(
    folder: Path, root: Path, index: pd.DataFrame, policy: DecodingPolicy
) -> pd.DataFrame:
    """Decode images, streaming, and write what `open_prepared` reads.

    Args:
        root: Folder that the index' paths are relative to.
        index: One row an image: `digest`, `path`, `label`, which are kept, and maybe others.

    Returns:
        What was found about each image of the index: `rejected`, why it was left out, and
        `warnings`, what is odd about it, joined by semicolons, both empty where there is nothing;
        `width` and `height` in pixels, 0 of those left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    findings: list[Finding] = []
    pixels = _pixels(root, index, policy, findings)
    write_rows(folder / "images.npy", pixels, (policy.side, policy.side, 3), np.dtype(np.uint8))
    found = pd.DataFrame(findings, index.index, ["rejected", "warnings", "width", "height"])
    kept = index.loc[found["rejected"] == "", ["digest", "path", "label"]]
    text = kept.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC)  # bare, \r would end a row
    write_text(folder / "index.csv", text)
    seal_prepared(folder, kept["digest"].tolist(), policy)
    return found


def seal_prepared(folder: Path, digests: list[str], policy: DecodingPolicy) -> None:
    """Write the manifests of pixels and index."""
    images, side = digest_of_digests(digests), policy.side
    seal(
        folder / "images.npy",
        shape=[len(digests), side, side, 3],
        dtype="|u1",
        images=images,
        background=list(policy.background),
    )
    seal(folder / "index.csv", images=images)


def _pixels(
    root: Path, index: pd.DataFrame, policy: DecodingPolicy, findings: list[Finding]
) -> Iterator[np.ndarray]:
    """The pixels of every image that is not left out; notes what was found about each."""
    results = decode_files(root, index["path"].tolist(), index["digest"].tolist(), policy)
    for result in tqdm(results, "decode", len(index), unit=" images", disable=None, leave=False):
        if isinstance(result, Rejected):
            findings.append((str(result), "", 0, 0))
        else:
            findings.append(("", "; ".join(result.warnings), result.width, result.height))
            yield result.pixels[None]
