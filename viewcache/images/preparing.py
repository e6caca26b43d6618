"""Decode images, streaming, into what `open_prepared` reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from viewcache.ground.files import write_text
from viewcache.ground.manifests import digest_of_digests, seal
from viewcache.ground.row_files import write_rows
from viewcache.images.decoding import DecodingPolicy, Rejected, decode_files


class Decodings(NamedTuple):
    """What decoding found about each image of an index, in its order.

    Attributes:
        rejected: Why an image was left out; empty where it was not.
        warnings: What is odd about it, joined by semicolons.
        sizes: Width and height in pixels: (0, 0) of those left out.
    """

    rejected: list[str]
    warnings: list[str]
    sizes: list[tuple[int, int]]

    def add(self, rejected: str, warnings: str, size: tuple[int, int]) -> None:
        self.rejected.append(rejected)
        self.warnings.append(warnings)
        self.sizes.append(size)


def write_classes(folder: Path, classes: list[str]) -> None:
    text = json.dumps(classes, ensure_ascii=False)
    write_text(folder / "classes.json", text + "\n")


def write_prepared(
    folder: Path, root: Path, index: pd.DataFrame, policy: DecodingPolicy
) -> Decodings:
    """Decode images, streaming, and write what `open_prepared` reads.

    Args:
        root: Folder that the index' paths are relative to.
        index: One row an image: `digest`, `label`, `path` and what else is known.
    """
    folder.mkdir(parents=True, exist_ok=True)
    findings = Decodings([], [], [])
    pixels = _pixels(root, index, policy, findings)
    write_rows(folder / "images.npy", pixels, (policy.side, policy.side, 3), np.dtype(np.uint8))
    kept = index[[not reason for reason in findings.rejected]]
    write_text(folder / "index.csv", kept.to_csv(index=False))
    seal_prepared(folder, kept["digest"].tolist(), policy)
    return findings


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
    root: Path, index: pd.DataFrame, policy: DecodingPolicy, findings: Decodings
) -> Iterator[np.ndarray]:
    """The pixels of every image that is not left out; notes what was found about each."""
    results = decode_files(root, index["path"].tolist(), index["digest"].tolist(), policy)
    for result in tqdm(results, "decode", len(index), unit=" images", disable=None):
        if isinstance(result, Rejected):
            findings.add(str(result), "", (0, 0))
        else:
            findings.add("", "; ".join(result.warnings), (result.width, result.height))
            yield result.pixels[None]
