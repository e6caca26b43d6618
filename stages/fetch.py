"""Fill `data/source` with the images of a source that is not a folder of the user's."""

from viewcache.ground.entry import run
from viewcache.ground.params.loading import load_params
from viewcache.ground.params.schema import Data
from viewcache.ground.paths import DOWNLOADS, SOURCE
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.fetching import fetch_archive, fetch_elpv


def main() -> None:
    params, costs = load_params(), Stopwatch()
    with costs.phase("fetch"):
        _fetch(params.data)
    costs.save("fetch")


def _fetch(data: Data) -> None:
    if data.source == "elpv":
        fetch_elpv(SOURCE)
    elif data.archive:
        fetch_archive(data.archive.url, data.archive.sha256, SOURCE, DOWNLOADS)
    else:
        SOURCE.mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    run(main)
