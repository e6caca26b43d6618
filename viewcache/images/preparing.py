"""Decode images, streaming, into what `open_prepared` reads."""

import csv
import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from viewcache.ground.files import write_text
from viewcache.ground.manifests import save_array, seal
from viewcache.ground.row_files import RowFile, row_writer
from viewcache.images.channels import depth
from viewcache.images.decoding import Decoded, DecodingPolicy, Rejected, decode_files
from viewcache.images.prepared import (
    detail_digests_file,
    detail_file,
    pixel_digests_file,
    pixels_file,
)

Finding = tuple[str, str, int, int, int]


def write_classes(folder: Path, classes: list[str]) -> None:
    text = json.dumps(classes, ensure_ascii=False)
    write_text(folder / "classes.json", text + "\n")


def write_prepared(
    folder: Path, root: Path, index: pd.DataFrame, policy: DecodingPolicy
) -> pd.DataFrame:
    """Decode images, streaming, and write what `open_prepared` reads.

    Where the images have 16 bits a channel and all of them use fewer, they are decoded again by
    those.

    Args:
        root: Folder that the index' paths are relative to.
        index: One row an image: `digest`, `path`, `label`, which are kept, and maybe others.

    Returns:
        What was found about each image of the index: `rejected`, why it was left out, and
        `warnings`, what is odd about it, joined by semicolons, both empty where there is nothing;
        `width` and `height` in pixels, 0 of those left out; `used_bits` of 16, 0 of others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = _write_pixels(folder, root, index, policy)
    used = int(found["used_bits"].max())
    if used and depth(used) < policy.bits:
        policy = replace(policy, bits=depth(used))
        found = _write_pixels(folder, root, index, policy)
    kept = index.loc[found["rejected"] == "", ["digest", "path", "label"]]
    text = kept.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC)  # bare, \r would end a row
    write_text(folder / "index.csv", text)
    seal_prepared(folder, policy.bits)
    return found


def seal_prepared(folder: Path, bits: int = 16) -> None:
    """Write the digests of pixels, larger ones too, and the manifests of these and of the index.

    Args:
        bits: How many of 16 a channel the images use, where they have as many.
    """
    seal(folder / "index.csv")
    of_pixels = pixels_file(folder), pixel_digests_file(folder)
    of_detail = detail_file(folder), detail_digests_file(folder)
    for images, digests in (of_pixels, of_detail):
        if images.exists():
            seal(images, bits=bits)
            save_array(digests, _digest_pixels(images))


def _digest_pixels(path: Path) -> np.ndarray:
    with RowFile(path) as pixels:
        images = (pixels.read([row]) for row in range(pixels.shape[0]))
        digests = [hashlib.blake2b(image.data, digest_size=16).digest() for image in images]
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 16)


def _write_pixels(
    folder: Path, root: Path, index: pd.DataFrame, policy: DecodingPolicy
) -> pd.DataFrame:
    findings: list[Finding] = []
    sides = {pixels_file(folder): policy.side}
    if policy.detail is not None:
        sides[detail_file(folder)] = policy.detail
    with ExitStack() as files:
        writers = [
            files.enter_context(row_writer(file, (side, side, 3), np.dtype(np.uint8)))
            for file, side in sides.items()
        ]
        for image in _decoded(root, index, policy, findings):
            sizes = [one for one in (image.pixels, image.detail) if one is not None]
            for write, pixels in zip(writers, sizes, strict=True):
                write(pixels[None])
    columns = ["rejected", "warnings", "width", "height", "used_bits"]
    return pd.DataFrame(findings, index.index, columns)


def _decoded(
    root: Path, index: pd.DataFrame, policy: DecodingPolicy, findings: list[Finding]
) -> Iterator[Decoded]:
    """Every image that is not left out; notes what was found about each."""
    results = decode_files(root, index["path"].tolist(), index["digest"].tolist(), policy)
    for result in tqdm(results, "decode", len(index), unit=" images", disable=None, leave=False):
        if isinstance(result, Rejected):
            findings.append((str(result), "", 0, 0, 0))
        else:
            _, width, height, warnings, used_bits, _ = result
            findings.append(("", "; ".join(warnings), width, height, used_bits))
            yield result
