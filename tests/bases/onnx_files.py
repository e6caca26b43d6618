"""ONNX files, written without the package: protocol buffers of a few fields."""

import numpy as np

TYPES = {np.dtype("float32"): 1, np.dtype("int64"): 7}


def model(nodes, inputs, outputs, weights=(), domain=""):
    """The bytes of a network; shapes are by the name of what they are of, None where any will do.

    Args:
        nodes: As `node` gives them.
        weights: Arrays by name.
    """
    graph = [_field(1, one) for one in nodes]
    graph += [_field(2, "graph"), *(_field(5, _tensor(*one)) for one in dict(weights).items())]
    graph += [_field(11, _value(*one)) for one in inputs.items()]
    graph += [_field(12, _value(*one)) for one in outputs.items()]
    opsets = [_field(8, _field(2, 17))]
    opsets += [_field(8, _field(1, domain) + _field(2, 1))] if domain else []
    return b"".join([_field(1, 8), _field(7, b"".join(graph)), *opsets])


def node(kind, inputs, output, domain="", **attributes):
    """An operation; its name is that of its output."""
    parts = [_field(1, one) for one in inputs]
    parts += [_field(2, output), _field(3, output), _field(4, kind), _field(7, domain)]
    return b"".join([*parts, *(_field(5, _attribute(*one)) for one in attributes.items())])


def _attribute(name, value):
    many = isinstance(value, list)
    written = b"".join(_field(8, one) for one in value) if many else _field(3, value)
    return _field(1, name) + written + _field(20, 7 if many else 2)


def _tensor(name, array):
    sizes = b"".join(_field(1, size) for size in array.shape)
    kind = _field(2, TYPES[array.dtype])
    return sizes + kind + _field(8, name) + _field(9, array.tobytes())


def _value(name, shape):
    """Float32; of no shape at all, its rank is dynamic."""
    sizes = [_field(1, b"" if size is None else _field(1, size)) for size in shape or ()]
    written = b"" if shape is None else _field(2, b"".join(sizes))
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + written))


def _field(number, content):
    if isinstance(content, int):
        return _varint(number << 3) + _varint(content)
    content = content.encode() if isinstance(content, str) else content
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value):
    value %= 2**64
    groups = [value >> shift & 127 for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([*(group | 128 for group in groups[:-1]), groups[-1]])
