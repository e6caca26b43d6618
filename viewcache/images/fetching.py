"""Fill a folder with images that are not in one yet."""

import hashlib
import shutil
from pathlib import Path
from urllib.request import url2pathname

import pandas as pd
import requests
from tqdm import tqdm

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text
from viewcache.images.archives import unpack
from viewcache.images.folders import is_clutter

_TIMEOUT = (10, 30)  # seconds to connect, and between two pieces
_CHUNK = 2**16  # bytes


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
        downloads: Where a download is kept, named by its digest, to be used again. One that was
            cut off is continued the next time.

    Raises:
        PipelineError: the archive cannot be had, has another digest (a download is then removed),
            or cannot be unpacked safely. The folder is then as it was.
    """
    try:
        archive = _verified(url, sha256.lower(), downloads)
        with scratch(folder) as unfinished:
            unpack(archive, unfinished)
            replace_folder(folder, _start(unfinished))
    except OSError as error:
        raise PipelineError(f"{folder} cannot be filled from {url}", error) from error


def _verified(url: str, sha256: str, downloads: Path) -> Path:
    local = _local_file(url)
    archive = local or _downloaded(url, downloads / sha256)
    with archive.open("rb") as file:
        received = hashlib.file_digest(file, "sha256").hexdigest()
    if received != sha256:
        if local is None:
            archive.unlink()
        raise PipelineError(f"{url} must have the SHA-256 {sha256}", received)
    return archive


def _local_file(url: str) -> Path | None:
    scheme = url.partition("://")[0].lower()
    if scheme in ("http", "https"):
        return None
    return Path(url2pathname(url[len("file://") :]) if scheme == "file" else url)


def _downloaded(url: str, path: Path) -> Path:
    if path.exists():
        return path
    partial = path.with_name(path.name + ".partial")
    partial.parent.mkdir(parents=True, exist_ok=True)
    try:
        _receive(url, partial)
    except requests.RequestException as error:
        advice = f"run again to continue, or put the file at {path} by hand"
        raise PipelineError(f"{url} cannot be downloaded: {advice}", error) from error
    return partial.replace(path)


def _receive(url: str, partial: Path) -> None:
    """Download what a file still lacks."""
    start = partial.stat().st_size if partial.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
        if start and response.status_code == requests.codes.requested_range_not_satisfiable:
            if response.headers.get("Content-Range") != f"bytes */{start}":
                partial.unlink()
                _receive(url, partial)
            return
        response.raise_for_status()
        _write(response, partial)


def _write(response: requests.Response, partial: Path) -> None:
    """Append a response to a file; one that holds the whole replaces it."""
    is_rest = response.status_code == requests.codes.partial_content
    length = response.headers.get("Content-Length")
    with partial.open("ab" if is_rest else "wb") as file:
        start = file.tell()
        total = start + int(length) if length else None
        with tqdm(
            desc="download", initial=start, total=total, unit="B", unit_scale=True, disable=None
        ) as progress:
            for chunk in response.iter_content(_CHUNK):
                progress.update(file.write(chunk))


def _start(folder: Path) -> Path:
    """The folder, or the one inside it that holds everything."""
    entries = [path for path in folder.iterdir() if not is_clutter(path.name)]
    if len(entries) == 1 and entries[0].is_dir():
        return _start(entries[0])
    return folder
