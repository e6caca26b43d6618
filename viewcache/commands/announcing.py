"""Announce a page once its server answers: `python -m viewcache.commands.announcing ADDRESS PAGE`.

The process that began this one becomes the server meanwhile.
"""

import os
import sys
import time
import webbrowser

import requests


def main() -> None:
    address, page = sys.argv[1:]
    server = os.getppid()
    while os.getppid() == server:  # another number once it has ended
        if _answers(address):
            announce(f"{address}/{page}")
            return
        time.sleep(0.2)


def announce(page: str) -> None:
    """Print the address of a page, and open it where there is a display."""
    print(f"viewcache: {page} (Ctrl-C ends it)", flush=True)
    if sys.platform != "linux" or {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        webbrowser.open(page)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/health", timeout=1).ok
    except requests.RequestException:
        return False


if __name__ == "__main__":
    main()
