"""What a file is, written beside it, and checked when it is opened.

DVC takes on trust what lies read-only in its cache; what a file was made from it does tell.
"""

import hashlib
import json
from collections.abc import Iterable
from functools import partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text, write_whole

WINDOW = 2**22  # bytes in memory at a time
Manifest = dict[str, Any]
"""`digest`, of the file's bytes, and what else is told of the file."""


def save_array(path: Path, array: np.ndarray) -> None:
    """Write a `.npy` file, and its manifest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, partial(np.save, arr=array, allow_pickle=False))
    seal(path)


def load_array(path: Path) -> np.ndarray:
    """What `save_array` wrote.

    Raises:
        PipelineError: as of `verify`.
    """
    verify(path)
    return np.load(path, allow_pickle=False)


def seal(path: Path, **about: Any) -> None:
    """Write the manifest of a finished file beside it, as JSON.

    Args:
        about: The file, in values that JSON can hold.
    """
    manifest = {"digest": digest_of_file(path), **about}
    write_text(manifest_file(path), json.dumps(manifest, indent=2) + "\n")


def verify(path: Path) -> Manifest:
    """Hold a file to its manifest, which is returned.

    Raises:
        PipelineError: the file or its manifest is missing or damaged.
    """
    manifest, received = read_manifest(path), digest_of_file(path)
    if received != manifest.get("digest"):
        raise PipelineError(
            f"{path} is damaged: `make repair` computes it again. Its digest must be "
            f"{manifest.get('digest')}",
            received,
        )
    return manifest


def manifest_file(path: Path) -> Path:
    return path.with_suffix(".json")


def digest_of_file(path: Path) -> str:
    """XXH3 of a file's bytes, 128 bits in hexadecimal.

    It tells damage, not malice, and tells it at the speed of memory: SHA-256 would take a sixth
    of the time that a head trains.
    """
    digest, size = xxhash.xxh3_128(), path.stat().st_size
    with path.open("rb") as file:
        for start in range(0, size, WINDOW):
            length = min(WINDOW, size - start)
            with mmap(file.fileno(), length, access=ACCESS_READ, offset=start) as window:
                digest.update(window)
    return digest.hexdigest()


def digest_of_digests(digests: Iterable[str]) -> str:
    """SHA-256 of digests, one a line: in hexadecimal."""
    whole = hashlib.sha256()
    for number, digest in enumerate(digests):
        whole.update(f"\n{digest}".encode() if number else digest.encode())
    return whole.hexdigest()


def read_manifest(path: Path) -> Manifest:
    """The manifest of a file, which is not held to it.

    Raises:
        PipelineError: the file or its manifest is missing, or the manifest is damaged.
    """
    for file in (path, manifest_file(path)):
        if not file.is_file():
            raise PipelineError(f"{file} is missing: `dvc repro` computes it", "no file")
    try:
        manifest = json.loads(manifest_file(path).read_bytes())
        if not isinstance(manifest, dict):
            raise ValueError(f"{manifest!r:.100}")
        return manifest
    except ValueError as error:
        rule = f"{manifest_file(path)} is damaged: `make repair` computes it again"
        raise PipelineError(rule, error) from error
