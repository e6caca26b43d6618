"""A base compiled once into a folder, and opened from it without what compiled it."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from viewcache.bases.base import Base
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text
from viewcache.ground.manifests import digest_of_file

if TYPE_CHECKING:
    import keras

    from viewcache.ground.params.base_settings import BaseSpec

TOLERANCE = 1e-4
"""Largest difference between features of a runtime and of TensorFlow: absolute, or relative to
the largest feature where that is above 1."""


def compile_base(folder: Path, spec: "BaseSpec", runtime: str) -> None:
    """Compile a base for a runtime.

    Args:
        runtime: `tensorflow`, `openvino`, or `auto`: TensorFlow where there is a GPU, else
            OpenVINO.

    Raises:
        PipelineError: the base cannot be loaded, or does not give TensorFlow's features once it
            is compiled.
    """
    import tensorflow as tf

    from viewcache.bases.frozen import load_base

    if runtime == "auto":
        runtime = "tensorflow" if tf.config.list_physical_devices("GPU") else "openvino"
    model = load_base(spec)
    with scratch(folder) as unfinished:
        if runtime == "openvino":
            _convert_to_openvino(model, unfinished / "base.xml")
        files = {file.name: digest_of_file(file) for file in sorted(unfinished.iterdir())}
        description = {"runtime": runtime, "version": version(runtime), "files": files}
        described = json.dumps(description | _made_of(spec, model), indent=2)
        write_text(unfinished / "base.json", described + "\n")
        _hold_to_tensorflow(open_base(unfinished, 4), model, f"{spec.base} on {runtime}")
        replace_folder(folder, unfinished)


def open_base(folder: Path, batch_size: int) -> Base:
    """Open a compiled base; TensorFlow is imported only if it is the runtime.

    Raises:
        PipelineError: a file is missing or damaged, or the weights are no longer those that were
            compiled.
    """
    description = _describe(folder)
    identity = hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()
    if description["runtime"] == "openvino":
        from viewcache.bases.openvino_base import OpenVINOBase

        return OpenVINOBase(folder / "base.xml", identity, batch_size)

    from viewcache.bases.frozen import load_base
    from viewcache.bases.tensorflow_base import TensorFlowBase
    from viewcache.ground.params.base_settings import BaseSpec

    spec = BaseSpec.model_construct(**description["spec"])
    model = load_base(spec)
    loaded = _made_of(spec, model)
    if description | loaded != description:
        raise PipelineError(
            f"{folder} was compiled from another {spec.base}: run `dvc repro --force compile_base`",
            f"weights of SHA-256 {loaded['weights']}",
        )
    return TensorFlowBase(model, identity, batch_size)


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


def _convert_to_openvino(model: "keras.Model", path: Path) -> None:
    import openvino
    import tensorflow as tf

    function = tf.function(lambda images: model(images, training=False))
    images = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
    network = openvino.convert_model(function.get_concrete_function(images))
    # Of an operation with a gradient of its own, such as swish, OpenVINO makes one more output.
    features = network.output("Identity:0")
    network = openvino.Model([features], network.get_parameters(), model.name)
    try:
        openvino.save_model(network, path, compress_to_fp16=False)
    except RuntimeError as error:
        raise PipelineError(f"{path} cannot be written", error) from error


def _made_of(spec: "BaseSpec", model: "keras.Model") -> dict[str, Any]:
    from viewcache.bases.pins import file_digest, weights_digest

    return {
        "spec": spec.model_dump(),
        "file": file_digest(spec.file) if spec.file else None,
        "weights": weights_digest(model),
    }


def _hold_to_tensorflow(base: Base, model: "keras.Model", name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, *model.input_shape[1:]), np.uint8)
    expected = np.asarray(model(noise))
    difference = np.abs(base(noise) - expected).max() / max(1, np.abs(expected).max())
    if not difference <= TOLERANCE:
        raise PipelineError(
            f"{name} must be within {TOLERANCE} of TensorFlow, relative to the largest feature",
            difference,
        )
