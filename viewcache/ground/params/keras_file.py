"""Users' `.keras` files, looked into before Keras loads anything from them."""

import json
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from viewcache.ground.errors import PipelineError, brief

LARGEST_CONFIG = 2**24  # bytes; those of keras.applications have up to a thirtieth
LARGEST_EXPANSION = 10  # weights hardly shrink, and Keras does not even pack them


def read_config(path: Path) -> dict[str, Any]:
    """Read the architecture of a model file.

    Raises:
        PipelineError: the file is missing or damaged, would unpack to much more than it has, or
            holds what would run code of its author's: a Lambda layer at any depth, or a class that
            is not Keras' own.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bomb(path, archive)
            config = json.loads(archive.read("config.json"))
        if not isinstance(config, dict):
            raise ValueError(f"config.json holds {brief(config)}")
        refuse_code(path, config)
        return config
    except PipelineError:
        raise
    except Exception as error:  # Damaged archives make Python's modules raise nearly anything.
        raise PipelineError(f"{path} is no model file of Keras", error) from error


def _refuse_bomb(path: Path, archive: zipfile.ZipFile) -> None:
    config = archive.getinfo("config.json").file_size
    if config > LARGEST_CONFIG:
        rule = f"a config.json of at most {LARGEST_CONFIG} bytes"
        raise PipelineError(f"{path} must have {rule}", config)
    total = sum(member.file_size for member in archive.infolist())
    if total > LARGEST_CONFIG + LARGEST_EXPANSION * path.stat().st_size:
        rule = f"more than {LARGEST_EXPANSION} times its size"
        raise PipelineError(f"{path} must not unpack to {rule}", f"{total} bytes")


def input_side(path: Path) -> int | None:
    """Height in pixels of the images that a model file takes; None where it takes any.

    Raises:
        PipelineError: the file is damaged or refused, or states the shape in another way.
    """
    for part in _parts(read_config(path)):
        if part["class_name"] == "InputLayer":
            return _side(path, _settings(part).get("batch_shape") or [])
    return None


def _side(path: Path, shape: Any) -> int | None:
    if not isinstance(shape, list) or not all(size is None or type(size) is int for size in shape):
        rule = "must state the shape of its images as a list of numbers"
        raise PipelineError(f"{path} {rule}", brief(shape))
    return shape[1] if len(shape) == 4 else None


def _settings(part: dict[str, Any]) -> dict[str, Any]:
    settings = part.get("config")
    return settings if isinstance(settings, dict) else {}


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


def refuse_code(
    path: Path, config: dict[str, Any], packages: Collection[str] = ("keras", "builtins")
) -> None:
    """Refuse a configuration with a Lambda layer, or a class from elsewhere than `packages`."""
    for part in _parts(config):
        name = part["class_name"]
        if name == "Lambda":
            layer = brief(_settings(part).get("name"))
            raise PipelineError(f"{path} must hold no Lambda layer: it is code", layer)
        if "module" in part and str(part["module"]).split(".")[0] not in packages:
            raise PipelineError(f"{path} must hold no class but Keras' own", name)
