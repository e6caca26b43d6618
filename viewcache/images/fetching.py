"""Fill a folder with images that are not in one yet."""

import hashlib
import shutil
import sys
from pathlib import Path
from urllib.request import url2pathname

import pandas as pd
import pooch
import requests

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text
from viewcache.images.archives import unpack
from viewcache.images.layouts.tree import is_clutter

_TIMEOUT = (10, 30)  # seconds to connect, and between two pieces
_CHUNK = 2**16  # bytes
_AS_IT_IS = {"Accept-Encoding": "identity"}  # else what a server packed is unpacked on arrival


def fetch_elpv(folder: Path) -> None:
    """Replace a folder by 2,624 electroluminescence images of solar cells, with `manifest.csv`.

    They come with the package `elpv-dataset`: Deitsch et al., "Segmentation of Photovoltaic Module
    Cells in Uncalibrated Electroluminescence Images", 2021, and "Automatic classification of
    defective photovoltaic module cells in electroluminescence images", Solar Energy 185, 2019. The
    experts' answers are kept as `defect_probability` (0, 1/3, 2/3 or 1); above one half a cell
    counts as defective.
    """
    import elpv_dataset

    package = Path(elpv_dataset.__file__).parent / "data"
    columns = ["path", "defect_probability", "cell_type"]
    table = pd.read_csv(package / "labels.csv", sep=r"\s+", names=columns)
    defective = table["defect_probability"] > 0.5
    table.insert(1, "label", defective.map({True: "defective", False: "functional"}))
    with scratch(folder) as unfinished:
        _copy(package / "images", unfinished / "images")
        write_text(unfinished / "manifest.csv", table.to_csv(index=False))
        replace_folder(folder, unfinished)


def _copy(source: Path, folder: Path) -> None:
    try:
        shutil.copytree(source, folder)
    except shutil.Error as error:
        # It tells of every file; the first says what is the matter.
        [(_, target, reason), *_] = error.args[0]
        raise PipelineError(f"{target} cannot be written", reason) from error


def fetch_archive(url: str, sha256: str, folder: Path, downloads: Path) -> None:
    """Replace a folder by what a zip or tar archive holds, once that is unpacked whole.

    Where the archive holds nothing but one folder, what that holds is meant.

    Args:
        url: http, https or file; or the path of a local file.
        sha256: Digest of the archive, in hexadecimal.
        downloads: Where a download is kept, named by its digest, to be used again.

    Raises:
        PipelineError: the archive cannot be had, has another digest (a download is then removed),
            or cannot be unpacked safely. The folder is then as it was.
    """
    try:
        archive = _local_file(url, sha256) or _downloaded(url, sha256, downloads)
        with scratch(folder) as unfinished:
            unpack(archive, unfinished)
            replace_folder(folder, _start(unfinished))
    except OSError as error:
        raise PipelineError(f"{folder} cannot be filled from {url}", error) from error


def _local_file(url: str, sha256: str) -> Path | None:
    scheme = url.partition("://")[0].lower()
    if scheme in ("http", "https"):
        return None
    path = Path(url2pathname(url[len("file://") :]) if scheme == "file" else url)
    with path.open("rb") as file:
        received = hashlib.file_digest(file, "sha256").hexdigest()
    if received != sha256.lower():
        raise PipelineError(f"{url} must have the SHA-256 {sha256}", received)
    return path


def _downloaded(url: str, sha256: str, downloads: Path) -> Path:
    """The file that was downloaded or put there before, if its digest is right, or a new one."""
    progress = sys.stderr.isatty()
    download = pooch.HTTPDownloader(progress, _CHUNK, timeout=_TIMEOUT, headers=_AS_IT_IS)
    name = sha256.lower()
    try:
        return Path(pooch.retrieve(url, f"sha256:{name}", name, downloads, downloader=download))
    except (requests.RequestException, ValueError) as error:
        rule = f"{url} must give a file with the SHA-256 {name}"
        advice = f"without a network, put that file at {downloads / name} by hand"
        raise PipelineError(f"{rule}; {advice}", error) from error


def _start(folder: Path) -> Path:
    """The folder, or the one inside it that holds everything."""
    entries = [path for path in folder.iterdir() if not is_clutter(path.name)]
    if len(entries) == 1 and entries[0].is_dir():
        return _start(entries[0])
    return folder
