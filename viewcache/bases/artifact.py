"""A compiled base, opened from its folder without what compiled it."""

import hashlib
import json
from pathlib import Path
from typing import Any

from viewcache.bases.base import Base
from viewcache.ground.errors import PipelineError
from viewcache.ground.machine import instruction_set
from viewcache.ground.manifests import digest_of_file

TOLERANCE = 1e-4
"""Largest difference between features of a runtime and of TensorFlow: absolute, or relative to
the largest feature where that is above 1."""


def open_base(folder: Path, batch_size: int) -> Base:
    """Open a compiled base; TensorFlow is imported only if it is the runtime.

    Raises:
        PipelineError: a file is missing or damaged, the weights are no longer those that were
            compiled, or the processor does not have the base's precision.
    """
    return _open(folder, _describe(folder), batch_size)


def open_in_float32(folder: Path, batch_size: int) -> Base:
    """Open what a base of another precision was made from; errors as of `open_base`."""
    return _open(folder, _describe(folder) | {"precision": "float32"}, batch_size)


def _open(folder: Path, description: dict[str, Any], batch_size: int) -> Base:
    if description["runtime"] == "tensorflow":
        return _open_on_tensorflow(folder, description, batch_size)
    from viewcache.bases.openvino_base import OpenVINOBase

    precision = description["precision"]
    device = "CPU" if precision == "float32" else f"CPU with {instruction_set()}"
    return OpenVINOBase(folder, precision, _identity(description, device), batch_size)


def _open_on_tensorflow(folder: Path, description: dict[str, Any], batch_size: int) -> Base:
    from viewcache.bases.frozen import composition, load_base
    from viewcache.bases.tensorflow_base import TensorFlowBase, device
    from viewcache.ground.params.base_settings import BaseSpec

    spec = BaseSpec.model_construct(**description["spec"])
    model = load_base(spec)
    loaded = composition(spec, model)
    if description | loaded != description:
        raise PipelineError(
            f"{folder} was compiled from another {spec.base}: run `dvc repro --force compile_base`",
            f"weights of SHA-256 {loaded['weights']}",
        )
    return TensorFlowBase(model, _identity(description, device()), batch_size)


def _identity(description: dict[str, Any], device: str) -> str:
    described = json.dumps(description | {"device": device}, sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()


def _describe(folder: Path) -> dict[str, Any]:
    """What `compile_base` wrote of a base, once its files are known to be those it wrote."""
    file = folder / "base.json"
    try:
        description = json.loads(file.read_bytes())
        received = {name: digest_of_file(folder / name) for name in description["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        rule = f"{file} must describe a base: `make repair` compiles it again"
        raise PipelineError(rule, repr(error)) from error
    if received != description["files"]:
        rule = f"{folder} is damaged: `make repair` compiles it again; it must hold"
        raise PipelineError(f"{rule} {description['files']}", received)
    return description
