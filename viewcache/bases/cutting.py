"""Networks cut at layers of given names."""

from collections.abc import Iterator, Sequence

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
    outputs = [_output_of(network, layer, "base.layers") for layer in layers]
    return keras.Model(network.inputs, outputs, name=network.name)


def split_at(network: keras.Model, layer: str) -> tuple[keras.Model, keras.Model]:
    """A network in two: up to the output of a layer, and from there on.

    Raises:
        PipelineError: there is no such layer, or a way around it.
    """
    cut = _output_of(network, layer, "extract.cut")
    if isinstance(network, keras.Sequential):  # whose layers stand in graphs of their own, too
        place = layer_names(network).index(layer) + 1
        parts = network.layers[:place], network.layers[place:]
        starts = keras.Input(network.input_shape[1:]), keras.Input(cut.shape[1:])
        lower, upper = ([start, *part] for start, part in zip(starts, parts, strict=True))
        return keras.Sequential(lower), keras.Sequential(upper)
    try:
        return keras.Model(network.inputs, cut), keras.Model(cut, network.output)
    except ValueError as error:
        rule = f"all of {network.name} must go through the layer extract.cut"
        raise PipelineError(rule, repr(layer)) from error


def leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """The layers of a model, those of models within it by themselves."""
    for layer in model.layers:
        yield from leaves(layer) if isinstance(layer, keras.Model) else [layer]


def _output_of(network: keras.Model, layer: str, parameter: str) -> keras.KerasTensor:
    names = layer_names(network)
    if layer not in names:
        raise PipelineError(
            f"{parameter} must name layers of {network.name}; near it: "
            f"{', '.join(near_names(layer, names)) or 'none'}; the last ones: "
            f"{', '.join(names[-5:])}",
            repr(layer),
        )
    return network.get_layer(layer).output
