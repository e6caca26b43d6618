"""Networks cut at layers of given names."""

from collections.abc import Sequence

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.catalogue import near_names
from viewcache.ground.quiet_tensorflow import keras


def layer_names(network: keras.Model) -> list[str]:
    """Names of a network's layers, from the image on."""
    return [layer.name for layer in network.layers]


def cut_at(network: keras.Model, layers: Sequence[str]) -> keras.Model:
    """A network up to some of its layers, that ends in a list of their outputs.

    Raises:
        PipelineError: there is no such layer; near names are listed, and the last ones.
    """
    outputs = [_output_of(network, layer) for layer in layers]
    return keras.Model(network.inputs, outputs, name=network.name)


def _output_of(network: keras.Model, layer: str) -> keras.KerasTensor:
    names = layer_names(network)
    if layer not in names:
        raise PipelineError(
            f"base.layers must name layers of {network.name}; near it: "
            f"{', '.join(near_names(layer, names)) or 'none'}; the last ones: "
            f"{', '.join(names[-5:])}",
            repr(layer),
        )
    return network.get_layer(layer).output
