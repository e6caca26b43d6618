"""A base compiled once into a folder, for `open_base`."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from viewcache.bases.artifact import TOLERANCE, CompiledBase, find_base
from viewcache.bases.kept import keep, kept_original
from viewcache.bases.openvino_base import FILES
from viewcache.bases.original import SEVERAL, Original
from viewcache.bases.quantizing import quantize
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text
from viewcache.ground.machine import may_have_gpu
from viewcache.ground.manifests import digest_of_file
from viewcache.ground.params.base_settings import BaseSpec, Precision


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
        PipelineError: the base cannot be loaded; does not give its features once it is compiled
            in float32; or the processor does not have the precision.
    """
    if runtime == "auto":
        on_gpu = spec.in_keras and precision == "float32" and _has_gpu()
        runtime = "tensorflow" if on_gpu else "openvino"
    original = _original(spec, runtime)
    with scratch(folder) as unfinished:
        if runtime == "openvino":
            original.save(unfinished / FILES["float32"])
        if calibration is not None and precision == "int8":
            quantize(unfinished / FILES["float32"], calibration, unfinished / FILES["int8"])
        _describe(unfinished, runtime, precision, original.made_of)
        base = find_base(unfinished)
        features = _hold_to(original, base.in_float32, spec.side, f"{spec.name} on {runtime}")
        base.open(SEVERAL)
        if runtime == "openvino":
            keep(spec, unfinished / FILES["float32"], original, features)
        replace_folder(folder, unfinished)


def _original(spec: BaseSpec, runtime: str) -> Original:
    if runtime == "openvino" and (kept := kept_original(spec)):
        return kept
    # Here, since TensorFlow takes seconds to import, and a base of OpenVINO's does not need it.
    if spec.in_keras:
        from viewcache.bases.frozen import keras_original

        return keras_original(spec)
    from viewcache.bases.openvino_network import openvino_original

    return openvino_original(spec)


def _has_gpu() -> bool:
    if not may_have_gpu():
        return False
    from viewcache.ground.quiet_tensorflow import tf

    return bool(tf.config.list_physical_devices("GPU"))


def _describe(folder: Path, runtime: str, precision: str, made_of: dict[str, Any]) -> None:
    files = {file.name: digest_of_file(file) for file in sorted(folder.iterdir())}
    description = {
        "runtime": runtime,
        "version": version(runtime),
        "precision": precision,
        "files": files,
    }
    write_text(folder / "base.json", json.dumps(description | made_of, indent=2) + "\n")


def _hold_to(original: Original, base: CompiledBase, side: int, name: str) -> np.ndarray:
    """The original's features of a few images, once the base is known to give them."""
    noise = np.random.default_rng(0).integers(0, 256, (SEVERAL, side, side, 3), np.uint8)
    expected = original.run(noise)
    difference = np.abs(base.open(SEVERAL)(noise) - expected).max() / max(1, np.abs(expected).max())
    if not difference <= TOLERANCE:
        raise PipelineError(
            f"{name} must be within {TOLERANCE} of {original.run_by}, relative to the largest "
            f"feature",
            difference,
        )
    return expected
