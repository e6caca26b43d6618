"""Archives of images, unpacked without trust in them."""

import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Self

from tqdm import tqdm

from viewcache.ground.errors import PipelineError

LARGEST_EXPANSION = 200  # images hardly shrink when packed; what is made to fill a disk does
LARGEST_HEADER = 2**18  # bytes of a member's name and attributes, which are held in memory
_HELD = (
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
)


@dataclass(frozen=True)
class _Member:
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
        for member in tqdm(_members(archive, folder), "unpack", unit=" files", disable=None):
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
    if _is_tar(archive):
        return _tar_members(archive, folder)
    if zipfile.is_zipfile(archive):
        return _zip_members(archive, folder)
    with archive.open("rb") as file:
        start = file.read(16)
    raise PipelineError(f"{archive} must be a zip or tar archive", f"it starts with {start!r}")


class _Header(tarfile.TarInfo):
    """Refuses sizes that lead `tarfile` back to the same member for ever, or fill the memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        header = super().frombuf(buf, encoding, errors)
        if header.size < 0 or (header.type in _HELD and header.size > LARGEST_HEADER):
            raise tarfile.ReadError(f"a header of {header.size} bytes")
        return header


def _is_tar(archive: Path) -> bool:
    try:
        tarfile.open(archive, tarinfo=_Header).close()
    except tarfile.TarError:
        return False
    return True


def _tar_members(archive: Path, folder: Path) -> Iterator[_Member]:
    with tarfile.open(archive, tarinfo=_Header) as tar:
        while member := tar.next():
            tar.members.clear()  # type: ignore[attr-defined]  # Else all stay in memory.
            if member.size < 0:
                raise tarfile.ReadError(f"a member of {member.size} bytes")
            extract = partial(_extract_from_tar, tar, member, folder / member.name)
            yield _Member(member.name, member.size, member.isreg() or member.isdir(), extract)
        _refuse_cut(tar)


def _extract_from_tar(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """The content alone: no owner, mode or time. Names and kinds have been checked before."""
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tar.extractfile(member) or BytesIO() as content, target.open("wb") as file:
        shutil.copyfileobj(content, file)


def _refuse_cut(tar: tarfile.TarFile) -> None:
    """`tarfile` takes a missing or damaged header for the end, which is a block of zeros."""
    tar.fileobj.seek(tar.offset)
    if tar.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise tarfile.ReadError("unexpected end of data")


def _zip_members(archive: Path, folder: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as zipped:
        for member in zipped.infolist():
            if member.flag_bits & 1:
                name = member.filename
                raise PipelineError(f"{archive} must not be encrypted", name)
            kind = stat.S_IFMT(member.external_attr >> 16)
            is_plain = kind in (0, stat.S_IFREG, stat.S_IFDIR)
            extract = partial(zipped.extract, member, folder)
            yield _Member(member.filename, member.file_size, is_plain, extract)


def _refuse_strange(archive: Path, member: _Member) -> None:
    if not member.is_plain:
        rule = "must hold files and folders only, no links or devices"
        raise PipelineError(f"{archive} {rule}", member.name)
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise PipelineError(f"{archive} must unpack into its folder", member.name)
