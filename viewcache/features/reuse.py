"""Rows of features that were computed before, kept in a folder and taken over by key.

The folder holds links to sealed files of features, and is safe to delete. No file in it is ever
opened for writing: it may be DVC's, too.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock

from viewcache.features.keys import KEYS, first_bytes
from viewcache.features.store import keys_file
from viewcache.ground.errors import PipelineError, message
from viewcache.ground.files import scratch, write_text
from viewcache.ground.manifests import Manifest, manifest_file, read_manifest, verify
from viewcache.ground.paths import FEATURES, extraction_record, feature_file, reuse_folder
from viewcache.ground.row_files import RowFile
from viewcache.ground.stopwatch import Record, record_file

OWN_BYTES = 4 * 2**30
"""That the folder may hold of its own; what is linked to from elsewhere costs nothing."""
CHUNK = 1024  # rows in memory at a time


class Kept:
    """A file of features that rows are taken from, in a folder with its keys and its costs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.features = folder, folder / "features.npy"
        self.manifest: Manifest = read_manifest(self.features)
        self.keys = np.load(keys_file(self.features), allow_pickle=False)
        if self.keys.dtype != KEYS:
            raise PipelineError(f"{keys_file(self.features)} must hold {KEYS}", self.keys.dtype)
        self.record: Record = json.loads(_record_file(folder).read_bytes())

    def verify(self) -> None:
        """Raises PipelineError: features or keys are damaged."""
        for file in (self.features, keys_file(self.features)):
            verify(file)


@dataclass(frozen=True)
class Lot:
    """Rows that are taken over from one file.

    Attributes:
        rows: Where they belong among those that are wanted.
        places: Where they are in the file.
    """

    kept: Kept
    rows: np.ndarray
    places: np.ndarray

    @property
    def row_shape(self) -> tuple[int, ...]:
        return tuple(self.kept.manifest["shape"][1:])

    def read(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Rows and their features, some at a time."""
        with RowFile(self.kept.features) as features:
            for start in range(0, len(self.rows), CHUNK):
                chunk = slice(start, start + CHUNK)
                yield self.rows[chunk], features.read(self.places[chunk])


def open_kept() -> list[Kept]:
    """What may be taken over, newest first; what cannot be read is left aside."""
    return [kept for folder in _folders() if (kept := _open(folder))]


def _folders() -> list[Path]:
    """Of all that is kept, newest first."""
    folders = [path.parent for path in reuse_folder().glob("*/features.npy")]
    times = {folder: folder.stat().st_mtime_ns for folder in folders}
    return sorted(folders, key=times.__getitem__, reverse=True)


def _open(folder: Path) -> Kept | None:
    try:
        return Kept(folder)
    except (PipelineError, OSError, ValueError):
        return None


@dataclass(frozen=True)
class Found:
    """Which wanted rows were computed before.

    Attributes:
        lots: Those that were, each row once.
        missing: Those that were not.
    """

    lots: list[Lot]
    missing: np.ndarray

    def read(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Rows that were computed before and their features, some at a time."""
        for lot in self.lots:
            yield from lot.read()


def find_rows(keys: np.ndarray, kept: Sequence[Kept]) -> Found:
    """Find rows that were computed before; files that are damaged are told and removed.

    Args:
        keys: Of the wanted rows.
    """
    missing, lots = np.arange(len(keys)), []
    for file in kept:
        places = _places(keys["key"][missing], file.keys["key"])
        found = places >= 0
        if found.any() and _is_whole(file):
            lots.append(Lot(file, missing[found], places[found]))
            missing = missing[~found]
    return Found(lots, missing)


def _places(wanted: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Of each wanted key its place among others, -1 where it is not there.

    Keys are sorted by their first eight bytes: where two of a file share these, one is not found,
    and its row is computed again.
    """
    order = np.argsort(first_bytes(keys), kind="stable")
    places = np.searchsorted(first_bytes(keys), first_bytes(wanted), sorter=order)
    places = order[np.minimum(places, len(order) - 1)]
    return np.where((keys[places] == wanted).all(axis=1), places, -1)


def _is_whole(kept: Kept) -> bool:
    try:
        kept.verify()
    except PipelineError as error:
        shutil.rmtree(kept.folder, ignore_errors=True)
        rule = f"rows of {kept.folder} are not taken over, and it is removed"
        print("viewcache:", message(rule, error), file=sys.stderr)
        return False
    return True


def keep_views() -> None:
    """Keep every sealed view of the workspace, such as those that `dvc pull` brought.

    Those that are kept already are linked anew: DVC, once it has a file in its cache, puts another
    one in its place, and the two would take room.
    """
    for path in FEATURES.glob("*/*/features.npy"):
        view = int(path.parent.name)
        record = record_file(extraction_record(view))
        if path == feature_file(view) and record.exists() and manifest_file(path).exists():
            keep(path, json.loads(record.read_bytes()))


def keep(features: Path, record: Record, *, whole: bool = True) -> None:
    """Keep a sealed file of features; where that cannot be done, a line on stderr says so.

    Args:
        record: What it cost, as `record_of_view` tells.
        whole: Whether it is all of a view: then files that hold no other rows are dropped.
    """
    try:
        reuse_folder().mkdir(parents=True, exist_ok=True)
        with FileLock(reuse_folder() / "lock"):
            folder = reuse_folder() / read_manifest(keys_file(features))["digest"]
            if _open(folder) and (folder / features.name).samefile(features):
                os.utime(folder)
            else:
                _link(features, record, folder)
                if whole:
                    _drop_superseded(Kept(folder))
                _hold_bound()
    except (PipelineError, OSError) as error:
        rule = f"{features} is not kept for reuse"
        print("viewcache:", message(rule, error), file=sys.stderr)


def _link(features: Path, record: Record, folder: Path) -> None:
    verify(features)
    shutil.rmtree(folder, ignore_errors=True)
    with scratch(folder) as unfinished:
        for file in (features, keys_file(features)):
            for each in (file, manifest_file(file)):
                _link_or_copy(each.resolve(), unfinished / each.name)
        write_text(_record_file(unfinished), json.dumps(record))
        unfinished.rename(folder)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _drop_superseded(newest: Kept) -> None:
    """Drop what the newest file has too, and what was broken off."""
    for unfinished in reuse_folder().glob("*.unfinished"):
        shutil.rmtree(unfinished, ignore_errors=True)
    for folder in _folders():
        other = None if folder == newest.folder else _open(folder)
        if other and (_places(other.keys["key"], newest.keys["key"]) >= 0).all():
            shutil.rmtree(folder, ignore_errors=True)


def _hold_bound() -> None:
    """Drop what is oldest and beyond `OWN_BYTES`."""
    own_bytes = {folder: _own_bytes(folder / "features.npy") for folder in _folders()}
    held = sum(own_bytes.values())
    for folder, size in reversed(own_bytes.items()):
        if held > OWN_BYTES and size:
            shutil.rmtree(folder, ignore_errors=True)
            held -= size


def _own_bytes(features: Path) -> int:
    """What would be free if they were removed."""
    file = features.stat()
    return file.st_size if file.st_nlink == 1 else 0


def _record_file(folder: Path) -> Path:
    return folder / "costs.json"
