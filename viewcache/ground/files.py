"""Files and folders that appear whole or not at all."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from viewcache.ground.errors import PipelineError


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """An empty folder beside another one, and gone afterwards."""
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def replace_folder(folder: Path, content: Path) -> None:
    """Put a folder in the place of another one, which need not exist."""
    shutil.rmtree(folder, ignore_errors=True)
    content.rename(folder)


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file in a folder that exists.

    Raises:
        PipelineError: the disk is full, or the folder must not be written to. What was at `path`
            before is still there.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        # By way of memory: on a full disk, `np.save` cuts a small array off and says nothing.
        content = BytesIO()
        write(content)
        unfinished.write_bytes(content.getbuffer())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise PipelineError(f"{path} cannot be written", error) from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8; as `write_whole`."""
    write_whole(path, lambda file: file.write(text.encode()))
