"""A base compiled once into a folder, and opened from it without what compiled it."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

from stages.bases.base import Base
from stages.errors import PipelineError

TOLERANCE = 1e-4
"""Largest absolute difference between features of a runtime and of TensorFlow."""


def compile_base(folder: Path, name: str, side: int, pooling: str, runtime: str) -> None:
    """Compile a base for a runtime.

    Args:
        runtime: `tensorflow`, `openvino`, or `auto`: TensorFlow where there is a GPU, else
            OpenVINO.

    Raises:
        PipelineError: the compiled base does not give TensorFlow's features.
    """
    import tensorflow as tf

    from stages.bases.frozen import identity, load_base

    if runtime == "auto":
        runtime = "tensorflow" if tf.config.list_physical_devices("GPU") else "openvino"
    model = load_base(name, side, pooling)
    folder.mkdir(parents=True, exist_ok=True)
    if runtime == "openvino":
        model.export(str(folder / "base.xml"), format="openvino", verbose=False)
    description = {
        "base": name,
        "side": side,
        "pooling": pooling,
        "runtime": runtime,
        "version": version(runtime),
        "weights": identity(model),
    }
    (folder / "base.json").write_text(json.dumps(description, indent=2) + "\n")
    noise = np.random.default_rng(0).integers(0, 256, (4, side, side, 3), np.uint8)
    difference = float(np.abs(open_base(folder, 4)(noise) - np.asarray(model(noise))).max())
    if difference > TOLERANCE:
        raise PipelineError(
            f"{name} on {runtime} must be within {TOLERANCE} of TensorFlow. Received: {difference}"
        )


def open_base(folder: Path, batch_size: int) -> Base:
    """Open a compiled base; TensorFlow is imported only if it is the runtime."""
    description = json.loads((folder / "base.json").read_text())
    identity = hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()
    if description["runtime"] == "openvino":
        from stages.bases.openvino_base import OpenVINOBase

        return OpenVINOBase(folder / "base.xml", identity, batch_size)

    from stages.bases.frozen import load_base
    from stages.bases.tensorflow_base import TensorFlowBase

    model = load_base(description["base"], description["side"], description["pooling"])
    return TensorFlowBase(model, identity, batch_size)
