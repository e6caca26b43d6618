"""Rows that were computed before: in `data/rows`, and in DVC's own cache."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from viewcache.features.keys import find, sortable
from viewcache.features.shards import UNFINISHED, Shard, shards_in
from viewcache.ground.errors import PipelineError, message
from viewcache.ground.paths import ROWS, repository


def take_shards(keys: np.ndarray) -> list[Shard]:
    """Leave in `data/rows` the shards that hold one of the rows, and copy others from DVC's cache.

    What is left out lies in DVC's cache, where it was ever finished; what is damaged is told.

    Args:
        keys: uint8, shape (any, 16).

    Returns:
        All that are in `data/rows` then.
    """
    ROWS.mkdir(parents=True, exist_ok=True)
    wanted = np.unique(sortable(keys))
    missing = np.ones(len(wanted), bool)
    own = [_usable(path, path.stem, wanted, missing) for path in shards_in(ROWS)]
    shards = [one for one in own if one]
    for path in {*ROWS.iterdir()} - {shard.path for shard in shards}:
        path.unlink()
    for one in shards:
        missing[_held(one, wanted)] = False
    for path, digest in cached_shards() if missing.any() else ():
        if shard := _usable(path, digest, wanted, missing):
            shards.append(_copied(shard))
            missing[_held(shard, wanted)] = False
            if not missing.any():
                break
    return shards


def known_shards() -> Iterator[Shard]:
    """All that can be opened, of `data/rows` and of DVC's cache; the newest outs first."""
    files = [*((path, path.stem) for path in shards_in(ROWS)), *cached_shards()]
    for path, digest in dict(files).items():
        try:
            yield Shard(path, digest)
        except PipelineError:
            continue


def cached_shards() -> Iterator[tuple[Path, str]]:
    """Files of shards in DVC's cache, those of the newest outs first, and their digests."""
    asked = [sys.executable, "-m", "dvc", "cache", "dir"]
    quiet = os.environ | {"DVC_NO_ANALYTICS": "1"}
    told = subprocess.run(
        asked, cwd=repository(), env=quiet, capture_output=True, text=True, check=False
    )
    files = Path(told.stdout.strip()) / "files/md5"
    if told.returncode:  # No repository of DVC's, as where a stage runs by itself.
        return
    lists = sorted(files.glob("*/*.dir"), key=lambda path: path.stat().st_mtime, reverse=True)
    names = {entry["md5"]: Path(entry["relpath"]) for path in lists for entry in _entries(path)}
    for md5, name in names.items():
        path = files / md5[:2] / md5[2:]
        if name.suffix == ".arrow" and path.exists():
            yield path, name.stem


def _entries(path: Path) -> list[dict[str, str]]:
    """What DVC lists of a folder; nothing where the list is damaged."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []


def _usable(path: Path, digest: str, wanted: np.ndarray, missing: np.ndarray) -> Shard | None:
    """A shard that holds a wanted row that is missing, and is whole."""
    try:
        shard = Shard(path, digest)
        if missing[_held(shard, wanted)].any():
            shard.verify()
            return shard
    except PipelineError as error:
        print("viewcache:", message(f"rows of {path} are not used", error), file=sys.stderr)
    return None


def _held(shard: Shard, wanted: np.ndarray) -> np.ndarray:
    """Places of the wanted keys that a shard holds; its few are sought among the many."""
    places = find(shard.keys, wanted)
    return places[places >= 0]


def _copied(shard: Shard) -> Shard:
    """The same in `data/rows`."""
    shutil.copyfile(shard.path, ROWS / UNFINISHED)
    return Shard((ROWS / UNFINISHED).rename(ROWS / f"{shard.digest}.arrow"))
