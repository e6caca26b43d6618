"""Users' `.keras` files, looked into before Keras loads anything from them."""

import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stages.errors import PipelineError


def read_config(path: Path) -> dict[str, Any]:
    """Read the architecture of a model file.

    Raises:
        PipelineError: the file is missing or damaged, or holds what would run code of its
            author's: a Lambda layer at any depth, or a class that is not Keras' own.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise PipelineError(f"{path} is no model file of Keras. Received: {error}") from error
    for part in _parts(config):
        _refuse_code(path, part)
    return config


def input_side(path: Path) -> int | None:
    """Height in pixels of the images that a model file takes; None where it takes any."""
    for part in _parts(read_config(path)):
        if part["class_name"] == "InputLayer":
            shape: list[int | None] = part["config"].get("batch_shape") or []
            return shape[1] if len(shape) == 4 else None
    return None


def _parts(config: Any) -> Iterator[dict[str, Any]]:
    """Everything in a configuration that Keras would make an object of, outer before inner."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        for value in config.values():
            yield from _parts(value)
    elif isinstance(config, list):
        for value in config:
            yield from _parts(value)


def _refuse_code(path: Path, part: dict[str, Any]) -> None:
    name = part["class_name"]
    if name == "Lambda":
        layer = part["config"].get("name")
        raise PipelineError(f"{path} must hold no Lambda layer: it is code. Received: {layer!r}")
    if "module" in part and str(part["module"]).split(".")[0] not in ("keras", "builtins"):
        raise PipelineError(f"{path} must hold no class but Keras' own. Received: {name}")
