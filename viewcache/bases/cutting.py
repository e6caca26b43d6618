"""Networks cut at layers of given names, or before their classifier."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from viewcache.bases.classifiers import Ending, is_classifier
from viewcache.ground.errors import PipelineError
from viewcache.ground.params.catalogue import near_names
from viewcache.ground.quiet_tensorflow import keras

PROBABILITIES = ("Softmax", "Sigmoid", "LogSoftmax")
PASSED = ("Activation", "Dropout", "Flatten", "Reshape", "Identity")
"""Layers that change no number, or not in inference; an activation is looked at by itself."""


class Cut(NamedTuple):
    """A network without its classifier.

    Attributes:
        left_out: Names of the layers that it had.
    """

    network: keras.Model
    left_out: list[str]


def layer_names(network: keras.Model) -> list[str]:
    """Names of a network's layers, from the image on."""
    return [layer.name for layer in network.layers]


def layer_paths(network: keras.Model, prefix: str = "") -> Iterator[str]:
    """Names of a network's layers, `model/layer` of those in a model within it."""
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from layer_paths(layer, f"{prefix}{layer.name}/")
        yield f"{prefix}{layer.name}"


def cut_at(network: keras.Model, layers: Sequence[str]) -> keras.Model:
    """A network up to some of its layers, that ends in a list of their outputs.

    Raises:
        PipelineError: there is no such layer; near names are listed, and the last ones.
    """
    outputs = [_output_of(network, layer, "base.layers") for layer in layers]
    return keras.Model(network.inputs, outputs, name=network.name)


def with_one_output(network: keras.Model, output: str | None) -> Cut:
    """A network with the output of a name as it is; or its only one, before its classifier.

    Raises:
        PipelineError: there is no such output, there are several, or whether the network ends in a
            classifier cannot be told.
    """
    outputs = _outputs_of(network)
    if output is None and len(outputs) == 1:
        return _before_classifier(network)
    if output not in outputs:
        rule = f"base.output must name one of the outputs of {network.name}: {', '.join(outputs)}"
        raise PipelineError(rule, repr(output))
    if len(outputs) == 1:
        return Cut(network, [])
    return Cut(keras.Model(network.inputs, outputs[output], name=network.name), [])


def _outputs_of(network: keras.Model) -> dict[str, keras.KerasTensor]:
    """By the names that a dictionary gives them, or those of the layers that they come from."""
    if isinstance(network, keras.Sequential):  # which has one, and no name for it
        return {network.layers[-1].name: network.outputs[0]}
    if isinstance(network.output, dict):
        return network.output
    return dict(zip(network.output_names, network.outputs, strict=True))


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


def _call_that_gave(tensor: keras.KerasTensor) -> Any:
    """The call of a layer, which has `operation`, `input_tensors` and `outputs`."""
    operation, call, _ = tensor._keras_history
    return operation._inbound_nodes[call]


def _calls(network: keras.Model) -> dict[str, Any]:
    """How a network calls its layers, by their names: a layer may stand in other graphs, too."""
    calls: dict[str, Any] = {}
    pending = [*network.outputs]
    while pending:
        call = _call_that_gave(pending.pop())
        if call.operation.name not in calls:
            calls[call.operation.name] = call
            pending += call.input_tensors
    return calls


def _output_of(network: keras.Model, path: str, parameter: str) -> keras.KerasTensor:
    """What a layer gives where the network calls it, which a model within has no tensor of."""
    layer, _, within = path.partition("/")
    call = _calls(network).get(layer)
    if call is None or (within and not isinstance(call.operation, keras.Model)):
        names = [*layer_paths(network)]
        raise PipelineError(
            f"{parameter} must name layers of {network.name}; near it: "
            f"{', '.join(near_names(path, names)) or 'none'}; the last ones: "
            f"{', '.join(names[-5:])}",
            repr(path),
        )
    if not within:
        return call.outputs[0]
    part = call.operation
    up_to = keras.Model(part.inputs, _output_of(part, within, parameter), name=part.name)
    return up_to(*call.input_tensors, training=False)


def _before_classifier(network: keras.Model) -> Cut:
    ending, kept = Ending(), ""
    is_vector = len(network.outputs[0].shape) == 2
    for path, call in _backwards(network):
        kept = path
        if ending.width is not None or not _may_be_classifiers(call, ending, is_vector):
            break
        ending.layers.append(path)
    if not is_classifier(network.name, ending, [*layer_paths(network)]):
        return Cut(network, [])
    below = _output_of(network, kept, "base.layers")
    return Cut(keras.Model(network.inputs, below, name=network.name), ending.layers[::-1])


def _backwards(network: keras.Model, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Calls from the output of a network on, as long as one follows from another alone."""
    tensors = network.outputs
    while len(tensors) == 1:
        call = _call_that_gave(tensors[0])
        if isinstance(call.operation, keras.Model):
            yield from _backwards(call.operation, f"{prefix}{call.operation.name}/")
        elif call.input_tensors or not prefix:
            yield f"{prefix}{call.operation.name}", call
        tensors = call.input_tensors


def _may_be_classifiers(call: Any, ending: Ending, is_vector: bool) -> bool:
    """Whether a layer may belong to a classifier, which the ending is told of."""
    kind = type(call.operation).__name__
    activation = getattr(getattr(call.operation, "activation", None), "__name__", "linear")
    if kind in PROBABILITIES or activation in map(str.lower, PROBABILITIES):
        ending.gives_probabilities = True
    elif activation != "linear":
        return False
    if kind not in ("Dense", "Conv2D"):
        return kind in PROBABILITIES or kind in PASSED
    is_dense = kind == "Dense" or _sees_one_pixel(call)
    if is_dense and (is_vector or ending.gives_probabilities):
        ending.width = call.outputs[0].shape[-1]
    return ending.width is not None


def _sees_one_pixel(call: Any) -> bool:
    return tuple(call.input_tensors[0].shape[1:3]) == (1, 1) == tuple(call.operation.kernel_size)
