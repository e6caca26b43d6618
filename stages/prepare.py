"""Decode the source's images into one array, and assign them to splits."""

from stages.errors import run
from stages.images.prepared import index_images, write_prepared
from stages.images.sources import SOURCES
from stages.params import load_params
from stages.paths import PREPARED


def main() -> None:
    params = load_params()
    data = params.data
    source = SOURCES[data.source]()
    index = index_images(source, params.seed, data.validation, data.test, data.limit)
    write_prepared(PREPARED, source, index, params.side)


if __name__ == "__main__":
    run(main)
