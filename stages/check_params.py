"""Validate `params.yaml`, before any work."""

from pathlib import Path

from viewcache.ground.entry import run
from viewcache.ground.files import write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import VALID, repository


def main() -> None:
    params = load_params()
    _link(Path(params.data.path))
    VALID.parent.mkdir(exist_ok=True)
    # In it stands what follows from several parameters, for the stages that depend on this file.
    write_text(VALID, f"side: {params.side}\n")


def _link(images: Path) -> None:
    """In a copy of the repository, link to the images, which git does not bring there."""
    original = repository() / images
    if original.is_dir() and not images.exists():
        images.parent.mkdir(parents=True, exist_ok=True)
        images.symlink_to(original, target_is_directory=True)


if __name__ == "__main__":
    run(main)
