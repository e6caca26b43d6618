"""Rows that are told by a number: a hundred times the view, and the image."""

import numpy as np

from viewcache.features.shards import Shard, ShardWriter, shards_in
from viewcache.ground.paths import ROWS
from viewcache.ground.stopwatch import Stopwatch

MADE_BY = {"base": {"name": "corner"}, "dtype": "float32"}


def keys(numbers):
    """uint8, shape (numbers, 16)."""
    found = np.array(numbers, "<u8")[:, None] + 1
    return np.tile(found.view(np.uint8), 2)


def images(numbers):
    """First halves of the digests, likewise."""
    return keys(np.array(numbers) % 100)


def digests(numbers):
    """Of images."""
    return [2 * half.tobytes().hex() for half in images(numbers)]


def features(numbers, shape=(3,)):
    first = np.array(numbers, np.float32).reshape(-1, *[1] * len(shape))
    return first + np.linspace(0, 0.5, int(np.prod(shape)), dtype=np.float32).reshape(shape)


def write(*batches, folder=ROWS, dtype="float32", made_by=MADE_BY, shape=(3,)):
    """Write rows, each batch of one view; the shards that are new."""
    before = shards_in(folder)
    with ShardWriter(folder, np.dtype(dtype), made_by, Stopwatch()) as writer:
        for of in batches:
            writer.write(of[0] // 100, images(of), keys(of), features(of, shape))
    return [Shard(path) for path in shards_in(folder) if path not in before]


def flip(path, place=-1):
    """Change a byte of a file, in a file of its own."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.unlink()
    path.write_bytes(content)
