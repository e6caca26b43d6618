"""Presets of Keras Hub, looked into before Keras Hub loads anything from them."""

import json
from pathlib import Path
from typing import Any

from viewcache.ground.errors import PipelineError, brief
from viewcache.ground.params.keras_file import refuse_code

PREFIX = "hub:"
"""Of a preset that Keras Hub knows by name."""
CONFIG, CONVERTER = "config.json", "image_converter.json"


def is_preset(base: str) -> bool:
    """Whether a base's name is that of a preset: behind `hub:`, or of a folder that holds one."""
    return base.startswith(PREFIX) or (Path(base) / CONFIG).is_file()


def preset_files(base: str) -> list[Path]:
    """The local files that a preset is made of, `config.json` first; none of one known by name."""
    if base.startswith(PREFIX):
        return []
    folder = Path(base)
    return [folder / CONFIG, *folder.glob(CONVERTER), *sorted(folder.glob("model*.weights.*"))]


def presets_in(folder: Path) -> list[str]:
    """The presets at any depth of a folder: a `config.json` without Keras' weights is of others."""
    beside = {path.parent for path in folder.rglob("model*.weights.*")}
    return sorted(str(path) for path in beside if is_preset(str(path)))


def says_what_it_expects(base: str) -> bool:
    """Whether a preset in a folder has an image converter."""
    return (Path(base) / CONVERTER).is_file()


def check_preset(base: str) -> None:
    """Refuse a preset in a folder that would run code of its author's.

    Raises:
        PipelineError: a file is damaged, or names a class that is neither Keras' nor Keras Hub's.
    """
    for path in preset_files(base):
        if path.name in (CONFIG, CONVERTER):
            refuse_code(path, _read(path), ("keras", "keras_hub", "builtins"))


def input_side(base: str) -> int | None:
    """Height in pixels that a preset's images are resized to; None where that is not told.

    Raises:
        PipelineError: the file that tells it is damaged.
    """
    path = Path(base) / CONVERTER
    size = _read(path)["config"].get("image_size") if path in preset_files(base) else None
    return size[0] if isinstance(size, list) and type(size[0]) is int else None


def _read(path: Path) -> dict[str, Any]:
    try:
        part = json.loads(path.read_bytes())
        if not isinstance(part["config"], dict):
            raise ValueError(brief(part))
        return part
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PipelineError(f"{path} is no part of a preset of Keras Hub", repr(error)) from error
