"""What a file is and what it was made from, written beside it, and checked when it is opened."""

import hashlib
import json
from collections.abc import Iterable
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import xxhash

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text

WINDOW = 2**22  # bytes in memory at a time
Manifest = dict[str, Any]
"""`digest`, of the file's bytes, and what the file was made from."""


def seal(path: Path, **made_from: Any) -> None:
    """Write the manifest of a finished file beside it, as JSON.

    Args:
        made_from: Values that JSON can hold.
    """
    manifest = {"digest": digest_of_file(path), **made_from}
    write_text(manifest_file(path), json.dumps(manifest, indent=2) + "\n")


def verify(path: Path, **expected: Any) -> Manifest:
    """Hold a file to its manifest, and its manifest to what the file should be made from.

    Raises:
        PipelineError: the file or its manifest is missing or damaged, or the file was made from
            something else.
    """
    manifest = read_manifest(path)
    received = digest_of_file(path)
    if received != manifest.get("digest"):
        raise PipelineError(
            f"{path} is damaged: `make repair` computes it again. Its digest must be "
            f"{manifest.get('digest')}",
            received,
        )
    for name, value in expected.items():
        if manifest.get(name) != value:
            rule = f"{path} must be made from {name} {value!r}: `dvc repro` computes it"
            raise PipelineError(rule, repr(manifest.get(name)))
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
