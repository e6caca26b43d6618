import io
import random
import tarfile
import zipfile
from pathlib import Path

import pytest

from viewcache.ground.errors import PipelineError
from viewcache.images.archives import unpack

KINDS = ["zip", "", "gz", "bz2", "xz"]
FILES = {"cats/1.png": random.Random(0).randbytes(3000), "dogs/new\nline \u732b.png": b"dog"}


def pack(path: Path, kind: str, files: dict[str, bytes]) -> Path:
    """Write a zip archive, or a tar archive compressed in a way that `tarfile` names."""
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, content in files.items():
                zipped.writestr(name, content)
        return path
    with tarfile.open(path, f"w:{kind}") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "archive"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in/folder").mkdir(parents=True)
    return tmp_path / "in/folder"


def files_in(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_is_told_by_content(archive, folder, kind):
    unpack(pack(archive, kind, FILES), folder)
    assert files_in(folder) == FILES


def test_a_tar_archive_that_holds_a_zip_archive_is_a_tar_archive(archive, folder):
    inner = pack(archive, "zip", FILES).read_bytes()
    unpack(pack(archive, "", {"inner.zip": inner}), folder)
    assert files_in(folder) == {"inner.zip": inner}


@pytest.mark.parametrize("name", ["../1.png", "cats/../../1.png", "/elsewhere/1.png"])
@pytest.mark.parametrize("kind", KINDS[:3])
def test_a_member_that_would_lie_outside_is_refused(archive, folder, kind, name):
    pack(archive, kind, {"cats/1.png": b"cat", name: b"bad"})
    with pytest.raises(PipelineError, match=rf"must unpack into its folder. Received: {name}"):
        unpack(archive, folder)
    assert b"bad" not in files_in(folder.parent).values()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_archive_are_refused(archive, folder, kind):
    member = tarfile.TarInfo("cats/odd.png")
    member.type, member.linkname = kind, "1.png"
    with tarfile.open(archive, "w") as tar:
        tar.addfile(member)
    with pytest.raises(PipelineError, match=r"no links or devices. Received: cats/odd.png"):
        unpack(archive, folder)


def test_a_link_in_a_zip_archive_is_refused(archive, folder):
    member = zipfile.ZipInfo("cats/odd.png")
    member.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr(member, "/etc/hostname")
    with pytest.raises(PipelineError, match=r"no links or devices. Received: cats/odd.png"):
        unpack(archive, folder)


@pytest.mark.parametrize("kind", ["zip", "gz", "bz2", "xz"])
def test_an_archive_that_grows_beyond_reason_is_refused(archive, folder, kind):
    pack(archive, kind, {"1.png": b"cat", "zeros.png": bytes(10_000_000)})
    with pytest.raises(PipelineError, match=r"more than 200 times its.* Received: zeros.png"):
        unpack(archive, folder)
    assert set(files_in(folder)) == {"1.png"}


def test_an_encrypted_archive_is_refused(archive, folder):
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("1.png", b"cat")
        zipped.filelist[0].flag_bits |= 1
    with pytest.raises(PipelineError, match=r"cannot be unpacked.*1\.png.* is encrypted"):
        unpack(archive, folder)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [0.02, 0.3, 0.45])
def test_a_cut_archive_is_refused(archive, folder, kind, length):
    content = pack(archive, kind, FILES).read_bytes()
    archive.write_bytes(content[: int(length * len(content))])
    with pytest.raises(PipelineError, match=r"archive (cannot be unpacked|must be a zip or tar)"):
        unpack(archive, folder)


def test_a_tar_archive_cut_between_members_is_refused(archive, folder):
    pack(archive, "", FILES)
    with tarfile.open(archive) as tar:
        second = tar.getmembers()[1].offset
    archive.write_bytes(archive.read_bytes()[:second])
    with pytest.raises(PipelineError, match="unexpected end of data"):
        unpack(archive, folder)


@pytest.mark.parametrize("kind", KINDS)
def test_damage_inside_is_refused(archive, folder, kind):
    content = bytearray(pack(archive, kind, FILES).read_bytes())
    content[100:140] = b"?" * 40
    archive.write_bytes(content)
    with pytest.raises(PipelineError, match=r"archive (cannot be unpacked|must be a zip or tar)"):
        unpack(archive, folder)


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><title>Log in</title>"])
def test_what_is_no_archive_is_refused(archive, folder, content):
    archive.write_bytes(content)
    with pytest.raises(PipelineError, match=r"must be a zip or tar archive. Received: it starts"):
        unpack(archive, folder)


def header(kind: bytes, size: int) -> bytes:
    """A member's header that states a size, which may be below zero."""
    block = bytearray(tarfile.TarInfo("cats/odd.png").tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" + (size % 256**11).to_bytes(11) if size < 0 else b"%011o\0" % size
    block[148:157] = b" " * 8 + kind
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(("kind", "size"), [(b"0", -512), (b"L", -5), (b"L", 2**30), (b"x", 2**30)])
def test_a_member_of_an_impossible_size_is_refused(archive, folder, kind, size):
    pack(archive, "", FILES)
    archive.write_bytes(header(b"0", 0) + header(kind, size) + archive.read_bytes())
    with pytest.raises(PipelineError, match="cannot be unpacked"):
        unpack(archive, folder)


def test_a_size_below_zero_among_attributes_is_refused(archive, folder):
    member = tarfile.TarInfo("cats/odd.png")
    member.pax_headers = {"size": "-512"}
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(tarfile.TarInfo("1.png"))
        tar.addfile(member)
    with pytest.raises(PipelineError, match=r"cannot be unpacked.*a member of -512 bytes"):
        unpack(archive, folder)


def test_names_that_follow_names_without_end_are_refused(archive, folder):
    name = header(b"L", 2) + b"ab".ljust(512, b"\0")
    archive.write_bytes(header(b"0", 0) + 2000 * name + pack(archive, "", FILES).read_bytes())
    with pytest.raises(PipelineError, match=r"cannot be unpacked. Received: RecursionError"):
        unpack(archive, folder)


def test_many_members_without_content_cost_something_too(archive, folder):
    pack(archive, "xz", {f"{number:04}": b"" for number in range(2000)})
    with pytest.raises(PipelineError, match="must not unpack to more than 200 times its size"):
        unpack(archive, folder)
