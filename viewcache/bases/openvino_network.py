"""Networks of other frameworks as bases: opened, cut, pooled and run by OpenVINO alone."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openvino
from openvino import Output, PartialShape
from openvino import opset13 as ops
from openvino.preprocess import PrePostProcessor

from viewcache.bases.classifiers import Ending, is_classifier
from viewcache.bases.openvino_base import SETTINGS, save
from viewcache.bases.original import SEVERAL, Original
from viewcache.bases.pins import LOCK, check_pins
from viewcache.bases.pooling import refuse_shape
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import file_digest
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.ground.params.catalogue import near_names
from viewcache.ground.params.openvino_file import image_input, read_network, reason
from viewcache.ground.params.preprocessing import Normalization

ANY = -1
"""Number of images at once."""
PROBABILITIES = ("Softmax", "LogSoftmax", "Sigmoid")
DENSE = ("MatMul", "Convolution")
SHAPES = ("Reshape", "Squeeze", "Unsqueeze", "Transpose", "Convert", "FakeQuantize")
SCALES = ("Add", "Subtract", "Multiply", "Divide")
"""With a constant: a dense layer's bias, or its factor."""
TORCH = Normalization(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
CAFFE = [103.939, 116.779, 123.68]
"""Means of blue, green and red, of pixels from 0 to 255."""


class Network(NamedTuple):
    """A base that OpenVINO opened.

    Attributes:
        model: From uint8 images, shape (batch, side, side, 3), to float32 rows (batch, width).
        left_out: Names of the operations of its classifier.
    """

    model: openvino.Model
    left_out: list[str]


def open_network(spec: BaseSpec) -> Network:
    """Open a file with preprocessing and pooling in its graph.

    Its weights are held to their pins in `weights.lock` of the working folder.

    Raises:
        PipelineError: OpenVINO cannot read it, it takes no images of this size or no batches, or
            what is to be taken of it cannot be told or pooled.
    """
    check_pins(LOCK, spec.files)
    network = read_network(Path(spec.name))
    network = _ending_in(_taken(spec, network), network)
    (layout, batch), left_out = _lay_out(spec, network), list[str]()
    if not spec.layers and spec.output is None:
        output, left_out = _before_classifier(spec, network)
        network = _ending_in([output], network)
    sized = _sized(network, layout, spec.side, batch)
    parts = [
        _pool(spec, output, _known_shape(spec, like), layout)
        for output, like in zip(_results(network), sized.outputs, strict=True)
    ]
    together = ops.concat(parts, 1) if len(parts) > 1 else parts[0]
    rows = ops.convert(together, "f32").output(0)
    rows.get_tensor().set_names({"rows"})
    network = _ending_in([rows], network)
    return Network(_preprocess(spec, network, layout), left_out)


def openvino_original(spec: BaseSpec) -> Original:
    """An opened base, to be compiled; errors as of `open_network`."""
    model, left_out = open_network(spec)
    made_of, singly = composition(spec, left_out), "its features of one image at a time"
    return Original(made_of, partial(_save, model), partial(_run_singly, model), singly)


def composition(spec: BaseSpec, left_out: list[str]) -> dict[str, Any]:
    """What a base is made of, as `frozen.composition` tells it of Keras'."""
    digests = [file_digest(file) for file in spec.files]
    return {
        "spec": spec.described,
        "file": digests[0],
        "weights": hashlib.sha256("".join(digests).encode()).hexdigest(),
        **({"left_out": left_out} if left_out else {}),
    }


def _results(network: openvino.Model) -> list[Output]:
    """What the outputs of a network are of."""
    return [output.get_node().input_value(0) for output in network.outputs]


def _ending_in(outputs: list[Output], network: openvino.Model) -> openvino.Model:
    """As much of a network as gives outputs."""
    return openvino.Model(outputs, _inputs_of(outputs), network.friendly_name)


def _taken(spec: BaseSpec, network: openvino.Model) -> list[Output]:
    """The outputs of a network that are wanted."""
    if spec.layers:
        return [_named(spec, network, layer) for layer in spec.layers]
    results = _results(network)
    if spec.output is None and len(results) == 1:
        return results
    for output, result in zip(network.outputs, results, strict=True):
        if spec.output in output.get_names():
            return [result]
    names = ", ".join(name for output in network.outputs for name in sorted(output.get_names()))
    rule = f"base.output must name one of the outputs of {spec.name}: {names}"
    raise PipelineError(rule, repr(spec.output))


def _named(spec: BaseSpec, network: openvino.Model, name: str) -> Output:
    """The output of an operation, by its name or that of its tensor."""
    outputs = [output for node in network.get_ordered_ops() for output in node.outputs()]
    for output in outputs:
        if name in output.get_names() or name == output.get_node().friendly_name:
            return output
    names = _names(network)
    raise PipelineError(
        f"base.layers must name operations of {spec.name}; near it: "
        f"{', '.join(near_names(name, names)) or 'none'}; the last ones: {', '.join(names[-5:])}",
        repr(name),
    )


def _names(network: openvino.Model) -> list[str]:
    """Of the operations that compute something, from the image on."""
    nodes = network.get_ordered_ops()
    kinds = ("Constant", "Result", "Parameter")
    return [node.friendly_name for node in nodes if node.get_type_name() not in kinds]


def _before_classifier(spec: BaseSpec, network: openvino.Model) -> tuple[Output, list[str]]:
    """What the only output is of, or what its classifier takes, and the classifier's operations."""
    [output] = _results(network)
    rank = output.partial_shape.rank
    is_vector = rank.is_static and rank.get_length() == 2
    ending, below = Ending(), output
    while ending.width is None and (source := _data_of(below.get_node())) is not None:
        node = below.get_node()
        if not _may_be_classifiers(node, ending, is_vector):
            break
        if node.get_type_name() in (*DENSE, *PROBABILITIES):  # OpenVINO numbers what it adds.
            ending.layers.append(node.friendly_name.removesuffix("/WithoutBiases"))
        below = source
    if not is_classifier(spec.name, ending, _names(network)):
        return output, []
    return below, ending.layers[::-1]


def _may_be_classifiers(node: openvino.Node, ending: Ending, is_vector: bool) -> bool:
    """Whether an operation may belong to a classifier, which the ending is told of."""
    kind = node.get_type_name()
    ending.gives_probabilities |= kind in PROBABILITIES
    if kind not in DENSE:
        return kind in (*PROBABILITIES, *SHAPES, *SCALES)
    is_dense = kind == "MatMul" or _sees_one_pixel(node)
    if is_dense and (is_vector or ending.gives_probabilities):
        shape = node.output(0).partial_shape
        ending.width = shape[1 if kind == "Convolution" else len(shape) - 1].get_length()
    return ending.width is not None


def _data_of(node: openvino.Node) -> Output | None:
    """The one input of an operation that is not constant; None where there are others."""
    inputs = [one for one in node.input_values() if not _is_constant(one.get_node())]
    return inputs[0] if len(inputs) == 1 else None


def _is_constant(node: openvino.Node) -> bool:
    if node.get_type_name() == "Constant":
        return True
    sources = node.input_values()
    return bool(sources) and all(_is_constant(one.get_node()) for one in sources)


def _sees_one_pixel(node: openvino.Node) -> bool:
    image, kernel = (one.partial_shape for one in node.input_values())
    return list(image)[2:] == [1, 1] == list(kernel)[2:]


def _inputs_of(outputs: list[Output]) -> list[openvino.Node]:
    """The parameters that outputs depend on."""
    pending, seen, found = [output.get_node() for output in outputs], set(), []
    while pending:
        node = pending.pop()
        if node.friendly_name in seen:
            continue
        seen.add(node.friendly_name)
        if node.get_type_name() == "Parameter":
            found.append(node)
        pending += [one.get_node() for one in node.input_values()]
    return found


def _shape(layout: str, side: int, batch: int) -> PartialShape:
    return PartialShape([{"N": batch, "C": 3}.get(axis, side) for axis in layout])


def _sized(network: openvino.Model, layout: str, side: int, batch: int) -> openvino.Model:
    """A network for a known number of images: one, or several where it takes any number."""
    sized = network.clone()
    sized.reshape(_shape(layout, side, SEVERAL if batch == ANY else batch))
    return sized


def _lay_out(spec: BaseSpec, network: openvino.Model) -> tuple[str, int]:
    """Make a network take images in the one order of axes that it admits.

    Returns:
        The order, and how many images at once: `ANY` number, or one where its operations have the
        batch of one that it was exported with.
    """
    stated = image_input(Path(spec.name), network).partial_shape
    refused = f"images of shape {stated}"
    for layout in ("NCHW", "NHWC"):
        wanted = _shape(layout, spec.side, ANY)
        if not all(map(openvino.Dimension.compatible, [*stated][1:], [*wanted][1:])):
            continue
        for batch in (ANY, 1):
            try:
                outputs = _sized(network, layout, spec.side, batch).outputs
                if batch == ANY and not all(map(_is_of_several, outputs)):
                    continue
                network.reshape(_shape(layout, spec.side, batch))
                return layout, batch
            except RuntimeError as error:
                refused = reason(error)
    rule = f"{spec.name} must take images of {spec.side} x {spec.side} x 3"
    raise PipelineError(rule, refused)


def _is_of_several(output: Output) -> bool:
    return [*output.partial_shape][:1] == [SEVERAL]


def _known_shape(spec: BaseSpec, output: Output) -> list[int]:
    """The shape of an output for several images, or one."""
    shape = output.partial_shape
    if shape.is_dynamic or [*shape][:1] not in ([SEVERAL], [1]):
        rule = f"{spec.name} must give something of a fixed shape for each image of a batch"
        raise PipelineError(rule, f"{shape}; export it with a dynamic batch")
    return [*shape.to_shape()]


def _pool(spec: BaseSpec, output: Output, shape: list[int], layout: str) -> Output:
    """A vector for each image: of a map, of tokens, or what is one."""
    refuse_shape(spec, shape)
    if len(shape) == 2:
        return output
    if spec.pooling == "flatten":
        return ops.reshape(output, [0, -1], special_zero=True).output(0)
    axes = [1] if len(shape) == 3 else _axes_of_map(shape, layout)
    average, maximum = (reduce(output, axes, False) for reduce in (ops.reduce_mean, ops.reduce_max))
    first = ops.gather(output, 0, 1)
    others = ops.slice(output, [1], [shape[1]], [1], [1])
    parts = {
        "avg": [average],
        "max": [maximum],
        "both": [average, maximum],
        "cls": [first],
        "cls_and_avg": [first, ops.reduce_mean(others, [1], False)],
    }[spec.pooling]
    return (ops.concat(parts, 1) if len(parts) > 1 else parts[0]).output(0)


def _axes_of_map(shape: list[int], layout: str) -> list[int]:
    """Height and width, which are equal of square images; else as the images have them."""
    equal = [axes for axes in ([2, 3], [1, 2]) if shape[axes[0]] == shape[axes[1]]]
    return equal[0] if len(equal) == 1 else [layout.index("H"), layout.index("W")]


def _preprocess(spec: BaseSpec, network: openvino.Model, layout: str) -> openvino.Model:
    """From uint8 images, as OpenCV and Keras have them, red first."""
    builder = PrePostProcessor(network)
    image = builder.input()
    image.tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    image.model().set_layout(openvino.Layout(layout))
    steps = image.preprocess().convert_element_type(openvino.Type.f32)
    if spec.preprocessing == "caffe":
        steps.reverse_channels()
    mean, deviation = _normalization(spec.preprocessing)
    steps.mean(mean).scale(deviation)
    return builder.build()


def _normalization(preprocessing: str | Normalization) -> tuple[list[float], list[float]]:
    """Mean and deviation of pixels from 0 to 255, in the network's order of colours."""
    match preprocessing:
        case Normalization(mean=mean, std=std):
            return [255 * one for one in mean], [255 * one for one in std]
        case "none":
            return [0.0] * 3, [1.0] * 3
        case "unit":
            return [0.0] * 3, [255.0] * 3
        case "tf":
            return [127.5] * 3, [127.5] * 3
        case "caffe":
            return CAFFE, [1.0] * 3
        case "torch":
            return _normalization(TORCH)
    raise ValueError(preprocessing)


def _save(network: openvino.Model, path: Path) -> None:
    # To the same bytes always: OpenVINO's own names have a number that what came before decides.
    for number, node in enumerate(network.get_ordered_ops()):
        node.friendly_name = f"{node.get_type_name()}_{number}"
    save(network, path)


def _run_singly(network: openvino.Model, images: np.ndarray) -> np.ndarray:
    compiled = openvino.Core().compile_model(network, "CPU", SETTINGS)
    return np.concatenate([compiled([image[None]])[0] for image in images])
