"""Archives of images, unpacked without trust in them."""

import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tqdm import tqdm

from viewcache.ground.errors import PipelineError

LARGEST_EXPANSION = 200  # images hardly shrink when packed; what is made to fill a disk does


class _Member(NamedTuple):
    name: str
    size: int
    is_plain: bool
    extract: Callable[[], object]


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip or tar archive, told by its content, into a folder that exists.

    Raises:
        PipelineError: the archive is of another kind, encrypted or damaged; a member is neither
            file nor folder, or would lie outside; or together they are larger than the free disk
            or than `LARGEST_EXPANSION` times the archive. The folder may then be half filled.
    """
    room = min(LARGEST_EXPANSION * archive.stat().st_size, shutil.disk_usage(folder).free)
    try:
        for member in tqdm(
            _members(archive, folder), "unpack", unit=" files", disable=None, leave=False
        ):
            _refuse_strange(archive, member)
            room -= member.size + tarfile.BLOCKSIZE  # a member without content costs something too
            if room < 0:
                rule = f"{LARGEST_EXPANSION} times its size, nor than is free on the disk"
                raise PipelineError(f"{archive} must not unpack to more than {rule}", member.name)
            member.extract()
    except PipelineError:
        raise
    except Exception as error:  # Damaged archives make Python's modules raise nearly anything.
        raise PipelineError(f"{archive} cannot be unpacked", repr(error)) from error


def _members(archive: Path, folder: Path) -> Iterator[_Member]:
    # First, because a tar archive that holds a zip archive passes for one.
    if tarfile.is_tarfile(archive):
        return _tar_members(archive, folder)
    if zipfile.is_zipfile(archive):
        return _zip_members(archive, folder)
    with archive.open("rb") as file:
        start = file.read(16)
    raise PipelineError(f"{archive} must be a zip or tar archive", f"it starts with {start!r}")


def _tar_members(archive: Path, folder: Path) -> Iterator[_Member]:
    with tarfile.open(archive) as tar:
        # Python has the filter from 3.11.4 on. It drops owners and modes, no more than that:
        # what it refuses besides, `_refuse_strange` has refused before.
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        for member in tar:
            if member.size < 0:  # It leads back to the same member, for ever.
                raise tarfile.ReadError(f"a member of {member.size} bytes")
            is_plain = member.isreg() or member.isdir()
            yield _Member(member.name, member.size, is_plain, partial(tar.extract, member, folder))
        _refuse_cut(tar)


def _refuse_cut(tar: tarfile.TarFile) -> None:
    """`tarfile` takes a missing or damaged header for the end, which is a block of zeros."""
    tar.fileobj.seek(tar.offset)
    if tar.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise tarfile.ReadError("unexpected end of data")


def _zip_members(archive: Path, folder: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as zipped:
        for member in zipped.infolist():
            is_plain = stat.S_IFMT(member.external_attr >> 16) in (0, stat.S_IFREG, stat.S_IFDIR)
            extract = partial(zipped.extract, member, folder)
            yield _Member(member.filename, member.file_size, is_plain, extract)


def _refuse_strange(archive: Path, member: _Member) -> None:
    if not member.is_plain:
        rule = "must hold files and folders only, no links or devices"
        raise PipelineError(f"{archive} {rule}", member.name)
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise PipelineError(f"{archive} must unpack into its folder", member.name)
