"""A base compiled once into a folder, for `open_base`."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from viewcache.bases.artifact import TOLERANCE, find_base
from viewcache.bases.base import Base
from viewcache.bases.converting import convert_to_openvino
from viewcache.bases.frozen import composition, load_base
from viewcache.bases.openvino_base import FILES
from viewcache.bases.quantizing import quantize
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text
from viewcache.ground.manifests import digest_of_file
from viewcache.ground.params.base_settings import BaseSpec, Precision
from viewcache.ground.quiet_tensorflow import keras, tf


def compile_base(
    folder: Path,
    spec: BaseSpec,
    runtime: str,
    precision: Precision = "float32",
    calibration: np.ndarray | None = None,
) -> None:
    """Compile a base for a runtime; for a precision other than float32, beside the base in that.

    Args:
        runtime: `tensorflow`, `openvino`, or `auto`: TensorFlow where there is a GPU and the
            precision is float32, else OpenVINO.
        calibration: Of int8, images that show which values occur: uint8, shape
            (images, side, side, 3).

    Raises:
        PipelineError: the base cannot be loaded; does not give TensorFlow's features once it
            is compiled in float32; or the processor does not have the precision.
    """
    if runtime == "auto":
        on_gpu = precision == "float32" and tf.config.list_physical_devices("GPU")
        runtime = "tensorflow" if on_gpu else "openvino"
    model = load_base(spec)
    with scratch(folder) as unfinished:
        if runtime == "openvino":
            convert_to_openvino(model, unfinished / FILES["float32"])
        if calibration is not None and precision == "int8":
            quantize(unfinished / FILES["float32"], calibration, unfinished / FILES["int8"])
        _describe(unfinished, runtime, precision, composition(spec, model))
        base = find_base(unfinished)
        _hold_to_tensorflow(base.in_float32.open(4), model, f"{spec.name} on {runtime}")
        base.open(4)
        replace_folder(folder, unfinished)


def _describe(folder: Path, runtime: str, precision: str, made_of: dict[str, Any]) -> None:
    files = {file.name: digest_of_file(file) for file in sorted(folder.iterdir())}
    description = {
        "runtime": runtime,
        "version": version(runtime),
        "precision": precision,
        "files": files,
    }
    write_text(folder / "base.json", json.dumps(description | made_of, indent=2) + "\n")


def _hold_to_tensorflow(base: Base, model: keras.Model, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, *model.input_shape[1:]), np.uint8)
    expected = np.asarray(model(noise))
    difference = np.abs(base(noise) - expected).max() / max(1, np.abs(expected).max())
    if not difference <= TOLERANCE:
        raise PipelineError(
            f"{name} must be within {TOLERANCE} of TensorFlow, relative to the largest feature",
            difference,
        )
