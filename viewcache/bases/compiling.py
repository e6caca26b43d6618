"""A base compiled once into a folder, for `open_base`."""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import openvino

from viewcache.bases.artifact import TOLERANCE, open_base
from viewcache.bases.base import Base
from viewcache.bases.frozen import composition, load_base
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text
from viewcache.ground.manifests import digest_of_file
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.ground.quiet_tensorflow import keras, tf


def compile_base(folder: Path, spec: BaseSpec, runtime: str) -> None:
    """Compile a base for a runtime.

    Args:
        runtime: `tensorflow`, `openvino`, or `auto`: TensorFlow where there is a GPU, else
            OpenVINO.

    Raises:
        PipelineError: the base cannot be loaded, or does not give TensorFlow's features once it
            is compiled.
    """
    if runtime == "auto":
        runtime = "tensorflow" if tf.config.list_physical_devices("GPU") else "openvino"
    model = load_base(spec)
    with scratch(folder) as unfinished:
        if runtime == "openvino":
            _convert_to_openvino(model, unfinished / "base.xml")
        files = {file.name: digest_of_file(file) for file in sorted(unfinished.iterdir())}
        description = {"runtime": runtime, "version": version(runtime), "files": files}
        described = json.dumps(description | composition(spec, model), indent=2)
        write_text(unfinished / "base.json", described + "\n")
        _hold_to_tensorflow(open_base(unfinished, 4), model, f"{spec.base} on {runtime}")
        replace_folder(folder, unfinished)


def _convert_to_openvino(model: keras.Model, path: Path) -> None:
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


def _hold_to_tensorflow(base: Base, model: keras.Model, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, *model.input_shape[1:]), np.uint8)
    expected = np.asarray(model(noise))
    difference = np.abs(base(noise) - expected).max() / max(1, np.abs(expected).max())
    if not difference <= TOLERANCE:
        raise PipelineError(
            f"{name} must be within {TOLERANCE} of TensorFlow, relative to the largest feature",
            difference,
        )
