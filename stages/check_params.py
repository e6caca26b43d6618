"""Validate `params.yaml`, before any work."""

from viewcache.ground.entry import run
from viewcache.ground.files import write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import VALID


def main() -> None:
    params = load_params()
    VALID.parent.mkdir(exist_ok=True)
    # In it stands what follows from several parameters, for the stages that depend on this file.
    write_text(VALID, f"side: {params.side}\n")


if __name__ == "__main__":
    run(main)
