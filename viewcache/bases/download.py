"""Keras' downloads of weights, which fail in seconds where there is no network."""

import socket
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from threading import Thread

from viewcache.ground.errors import PipelineError

PATIENCE = 10.0
"""Seconds that a server may keep silent."""


@contextmanager
def explained_downloads() -> Iterator[None]:
    """Inside, what Keras cannot download is named with where to put it by hand.

    Raises:
        PipelineError: a download failed, or the server was silent for too long.
    """
    urllib.request.install_opener(urllib.request.build_opener(_ImpatientHandler))
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    except Exception as error:
        _explain(error)
        raise
    finally:
        socket.setdefaulttimeout(timeout)
        urllib.request.install_opener(urllib.request.build_opener())


class _ImpatientHandler(urllib.request.HTTPSHandler):
    """Waits once, where the standard library waits for each of a server's addresses in turn."""

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        return _within(PATIENCE, super().https_open, req)


def _within(
    seconds: float,
    function: Callable[[urllib.request.Request], HTTPResponse],
    request: urllib.request.Request,
) -> HTTPResponse:
    answer: Future[HTTPResponse] = Future()

    def ask() -> None:
        try:
            answer.set_result(function(request))
        except Exception as error:
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError as error:
        raise TimeoutError(f"no answer within {seconds:g} s") from error


def _explain(error: Exception) -> None:
    """Raise a `PipelineError` if it was Keras' `get_file` that failed."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "get_file" and "download_target" in frame.f_locals:
            target, origin = Path(frame.f_locals["download_target"]), frame.f_locals["origin"]
            reason = " ".join(str(error).split()).split(" -- ")[-1]
            raise PipelineError(
                f"{target.name} cannot be downloaded: put it into {target.parent} by hand, from "
                f"{origin}",
                reason,
            ) from error
