"""Networks known by name, with their weights and their own preprocessing."""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from viewcache.bases.cutting import cut_at, layer_names
from viewcache.bases.download import explained_downloads
from viewcache.bases.efficientnet_lite import SCALES, efficientnet_lite
from viewcache.bases.pins import LOCK, check_pin, weights_digest
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.ground.params.catalogue import DEFAULT_SIDES
from viewcache.ground.quiet_tensorflow import keras


def load_application(spec: BaseSpec) -> keras.Model:
    """Load a network without its classifier, or with it if one of `spec.layers` belongs to it.

    Raises:
        PipelineError: the weights cannot be had, do not fit or differ from their pin; the layer
            does not exist; or the network takes no images of this size.
    """
    include_top = _needs_classifier(spec)
    if spec.weights == "imagenet":
        network = _build(spec.name, spec.side, include_top, "imagenet")
        part = "with" if include_top else "without"
        check_pin(LOCK, f"{network.name} imagenet {part} classifier", weights_digest(network))
        return network
    network = _build(spec.name, spec.side, include_top, None)
    if spec.weights != "random":
        _load_file(network, spec)
    return network


def preprocess_as_trained(base: str, pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Pixels 0..255 as the network of a name was trained on them."""
    if base in SCALES:
        return pixels  # its first layer rescales them
    module = sys.modules[getattr(keras.applications, base).__module__]
    return module.preprocess_input(pixels)


def _build(
    base: str, side: int, include_top: bool, weights: Literal["imagenet"] | None
) -> keras.Model:
    def build() -> keras.Model:
        keras.utils.set_random_seed(0)
        if not sys.stdout.isatty():
            keras.config.disable_interactive_logging()
        if base in SCALES:
            return efficientnet_lite(base, side, include_top, weights)
        network = getattr(keras.applications, base)
        return network(include_top=include_top, weights=weights, input_shape=(side, side, 3))

    try:
        # Keras numbers nameless layers by thread: in a new one, conv2d_5 is always the same layer.
        with explained_downloads(), ThreadPoolExecutor(1) as thread:
            return thread.submit(build).result()
    except ValueError as error:
        raise PipelineError(f"{base} takes no images of {side} px", error) from error


def _needs_classifier(spec: BaseSpec) -> bool:
    if not spec.layers:
        return False
    without = layer_names(_build(spec.name, spec.side, False, None))
    if set(spec.layers) <= set(without):
        return False
    side = DEFAULT_SIDES[spec.name]
    cut_at(_build(spec.name, side, True, None), spec.layers)
    if spec.side != side:
        belonging = ", ".join(sorted(set(spec.layers) - set(without)))
        raise PipelineError(
            f"{belonging} belongs to the classifier of {spec.name}, which takes images of "
            f"{side} px",
            f"data.image_size {spec.side}",
        )
    return True


def _load_file(network: keras.Model, spec: BaseSpec) -> None:
    """Load weights from a file that may hold the classifier's too."""
    try:
        try:
            network.load_weights(spec.file)
        except ValueError:
            whole = _build(spec.name, DEFAULT_SIDES[spec.name], True, None)
            whole.load_weights(spec.file)
            network.set_weights(whole.get_weights()[: len(network.weights)])
    except Exception as error:  # Keras lets through whatever a damaged file provokes
        received = " ".join(str(error).split())
        raise PipelineError(f"{spec.file} must hold weights of {spec.name}", received) from error
