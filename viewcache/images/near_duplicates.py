"""Images that look the same though their files differ: saved again, or taken a moment later."""

from collections.abc import Iterator
from dataclasses import dataclass

import imagehash
import numpy as np
import pandas as pd
from PIL import Image
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from tqdm import tqdm

from viewcache.images.parallel import in_threads
from viewcache.images.prepared import Prepared

SIDE = 16
NEAR = 20
"""Bits of SIDE x SIDE. Pairs of photographs, scans and solar cells that differ by as many show the
same thing to a person; of 8 x 8 bits, different solar cells differ by as few as equal ones."""
LISTED = 1000
COLUMNS = ["across", "bits", "first", "second"]
BLOCK = 2**20  # pairs that are compared at a time


@dataclass(frozen=True)
class NearDuplicates:
    """What was found.

    Attributes:
        pairs: How many.
        images: How many there are at all.
        across: How many of them have a near duplicate in another part, in any rotation.
        table: Pairs, LISTED at most, those in different parts first, then the nearest: `across`
            (bool), `bits` (that differ), `first` and `second` (rows of the images).
    """

    pairs: int
    images: int
    across: int
    table: pd.DataFrame


def hash_images(images: Prepared) -> np.ndarray:
    """Perceptual hashes of prepared images: uint64, shape (images, SIDE * SIDE / 64).

    Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010: signs of the
    low frequencies of a cosine transform. Mirrored and turned images have other hashes.
    """
    count = len(images.labels)
    with images.read() as pixels:
        each = (pixels.read([row])[0] for row in range(count))
        hashes = list(tqdm(in_threads(_hash, each), "hash", count, disable=None, leave=False))
    return np.array(hashes, np.uint8).reshape(count, SIDE * SIDE // 8).view(np.uint64)


def group_near_duplicates(hashes: np.ndarray) -> np.ndarray:
    """Numbers of groups of images that pairs of near duplicates connect: shape (images,)."""
    groups = np.arange(len(hashes))
    for first, second, _ in near_pairs(hashes):
        ends = (groups[first], groups[second])
        links = coo_array((np.ones(len(first), bool), ends), shape=2 * [len(hashes)])
        groups = connected_components(links, directed=False)[1][groups]
    return groups


def find_near_duplicates(
    hashes: np.ndarray, known: pd.Series, parts: pd.DataFrame
) -> NearDuplicates:
    """Near duplicates, but for those that are known to belong together.

    Args:
        known: Of every image, what it would be parted by if nobody looked for near duplicates.
        parts: As `part_images` gives them.
    """
    units = pd.factorize(known)[0]
    rotations = [*parts.columns.drop("unit")]
    places = parts.groupby(rotations).ngroup().to_numpy()
    table, count, across = pd.DataFrame(columns=COLUMNS), 0, np.zeros(len(hashes), bool)
    for first, second, bits in near_pairs(hashes):
        crosses = places[first] != places[second]
        across[first[crosses]] = across[second[crosses]] = True
        pairs = pd.DataFrame(dict(zip(COLUMNS, (crosses, bits, first, second), strict=True)))
        pairs = pairs[units[first] != units[second]]
        count += len(pairs)
        both = pd.concat([table, pairs]) if len(table) else pairs
        table = both.sort_values(COLUMNS, ascending=[False, True, True, True]).head(LISTED)
    return NearDuplicates(count, len(hashes), int(across.sum()), table)


def near_pairs(hashes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Pairs of images whose hashes differ by at most NEAR bits, in blocks.

    Returns:
        The rows of the first and of the second, which is the larger, and the number of bits.
    """
    step = max(1, BLOCK // max(1, len(hashes)))
    for start in range(0, len(hashes), step):
        block, rest = hashes[start : start + step], hashes[start:]
        # Few pairs are as near in the first 64 bits; only they are compared in all.
        rows, columns = np.nonzero(np.bitwise_count(block[:, :1] ^ rest[:, 0]) <= NEAR)
        bits = np.bitwise_count(block[rows] ^ rest[columns]).sum(1)
        near = (bits <= NEAR) & (rows < columns)
        yield rows[near] + start, columns[near] + start, bits[near]


def _hash(pixels: np.ndarray) -> np.ndarray:
    return np.packbits(imagehash.phash(Image.fromarray(pixels), SIDE).hash)
