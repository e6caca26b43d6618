"""Keras models as OpenVINO's."""

from pathlib import Path

import openvino

from viewcache.bases.openvino_base import save
from viewcache.ground.quiet_tensorflow import keras, tf


def convert_to_openvino(model: keras.Model, path: Path) -> None:
    """Write a Keras model, called as for inference, as one of OpenVINO: in float32.

    Raises:
        PipelineError: the file cannot be written.
    """
    function = tf.function(lambda inputs: model(inputs, training=False))
    inputs = tf.TensorSpec((None, *model.input_shape[1:]), model.inputs[0].dtype)
    network = openvino.convert_model(function.get_concrete_function(inputs))
    # Of an operation with a gradient of its own, such as swish, OpenVINO makes one more output.
    features = network.output("Identity:0")
    network = openvino.Model([features], network.get_parameters(), model.name)
    save(network, path)
