"""Keras' downloads of weights, which fail in seconds where there is no network."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import urlopen

from tqdm import tqdm

from viewcache.ground.errors import PipelineError
from viewcache.ground.quiet_tensorflow import keras

file_utils = keras.src.utils.file_utils

PATIENCE = 10.0
"""Seconds that a server may keep silent."""


@contextmanager
def explained_downloads() -> Iterator[None]:
    """Inside, what Keras cannot download is named with where to put it by hand.

    Raises:
        PipelineError: a download failed, or the server was silent for too long.
    """
    urlretrieve = file_utils.urlretrieve
    file_utils.urlretrieve = _download
    try:
        yield
    finally:
        file_utils.urlretrieve = urlretrieve


def _download(origin: str, target: str, _: Callable[[int, int, int], None]) -> None:
    path = Path(target)
    try:
        with _answer(origin) as answer, path.open("wb") as file:
            size, name = answer.length, path.name
            with tqdm.wrapattr(
                answer, "read", total=size, desc=name, disable=None, leave=False
            ) as content:
                shutil.copyfileobj(content, file)
            if answer.length:
                raise EOFError(f"{answer.length} of {size} bytes are missing")
    except Exception as error:  # besides OSError, whatever http.client raises
        raise PipelineError(
            f"{path.name} cannot be downloaded: put it into {path.parent} by hand, from {origin}",
            getattr(error, "reason", error),
        ) from error


def _answer(origin: str) -> HTTPResponse:
    """Wait once, where the standard library waits for each of a server's addresses in turn."""
    answer: Future[HTTPResponse] = Future()

    def ask() -> None:
        try:
            answer.set_result(urlopen(origin, timeout=PATIENCE))
        except Exception as error:
            if isinstance(error, HTTPError):
                error.close()
            # A server that is silent is so for either clock: that of the socket may be first.
            reason = getattr(error, "reason", error)
            answer.set_exception(reason if isinstance(reason, TimeoutError) else error)

    Thread(target=ask, daemon=True).start()
    try:
        return answer.result(PATIENCE)
    except TimeoutError as error:
        raise TimeoutError(f"no answer within {PATIENCE:g} s") from error
