"""Presets of Keras Hub, from a folder or by name."""

import importlib
from pathlib import Path
from typing import Any

from viewcache.bases.pins import LOCK, check_pin, check_pins, weights_digest
from viewcache.bases.user_model import check_images
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import file_digest
from viewcache.ground.params.catalogue import near_names
from viewcache.ground.params.hub_preset import CONFIG, CONVERTER, PREFIX, check_preset, preset_files
from viewcache.ground.quiet_tensorflow import keras


def load_preset(name: str, side: int) -> keras.Model:
    """Load a preset's backbone for images of `side` pixels, without running code from a folder.

    Raises:
        PipelineError: Keras Hub is not installed or cannot load the preset, its files or weights
            differ from their pins, or it takes other images or has several outputs.
    """
    check_preset(name)
    check_pins(LOCK, preset_files(name))
    backbone = _load(name, "models", "Backbone", dtype="float32")
    check_images(Path(name), backbone, side)
    if len(backbone.outputs) != 1:
        raise PipelineError(f"{name} must have one output", len(backbone.outputs))
    network = keras.Model(backbone.inputs[0], backbone.outputs[0], name=backbone.name)
    if name.startswith(PREFIX):
        check_pin(LOCK, name, weights_digest(network))
    return network


def preprocess_as_converter(name: str, pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Pixels 0..255 as a preset's image converter scales them; their size stays.

    Raises:
        PipelineError: the preset has no image converter.
    """
    converter = _load(name, "layers", "ImageConverter")
    converter.image_size = None
    return converter(pixels)


def preset_digests(name: str) -> dict[str, str]:
    """SHA-256 of what a preset in a folder has besides weights, by the file's name."""
    parts = [path for path in preset_files(name) if path.name in (CONFIG, CONVERTER)]
    return {path.name: file_digest(path) for path in parts}


def _load(name: str, module: str, what: str, **settings: Any) -> Any:
    try:
        loader = getattr(importlib.import_module(f"keras_hub.{module}"), what)
    except ImportError as error:
        raise PipelineError("presets need Keras Hub: `pip install keras-hub`", error) from error
    preset = name.removeprefix(PREFIX)
    if name.startswith(PREFIX) and preset not in loader.presets:
        near = ", ".join(near_names(preset, list(loader.presets)))
        raise PipelineError(f"Keras Hub must know the preset; near it: {near}", name)
    try:
        return loader.from_preset(preset, **settings)
    except Exception as error:  # Keras Hub lets through whatever a damaged file provokes
        received = " ".join(str(error).split())[:300]
        raise PipelineError(f"{name} has no {what} that Keras Hub can load", received) from error
