"""Networks cut at a layer of a given name."""

import keras

from stages.bases.catalogue import near_names
from stages.errors import PipelineError


def layer_names(network: keras.Model) -> list[str]:
    """Names of a network's layers, from the image on."""
    return [layer.name for layer in network.layers]


def cut_at(network: keras.Model, layer: str) -> keras.Model:
    """A network up to the output of one of its layers, that included.

    Raises:
        PipelineError: there is no such layer; near names are listed, and the last ones.
    """
    names = layer_names(network)
    if layer not in names:
        raise PipelineError(
            f"extract.layer must be a layer of {network.name}; near it: "
            f"{', '.join(near_names(layer, names)) or 'none'}; the last ones: "
            f"{', '.join(names[-5:])}. Received: {layer!r}"
        )
    return keras.Model(network.inputs, network.get_layer(layer).output, name=network.name)
