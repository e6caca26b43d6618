"""A base in int8: NNCF's post-training quantization, without labels and without training."""

from pathlib import Path

import numpy as np
import openvino

from viewcache.ground.errors import PipelineError

PRODUCTS = ("MatMul", "Einsum")


def quantize(source: Path, images: np.ndarray, target: Path) -> None:
    """Write an OpenVINO model with its weights and activations in int8; always the same bytes.

    Activations keep their sign where they have one (the preset `mixed`), as swish has. Of a network
    with attention NNCF leaves what its scheme for transformers does in float32.

    Args:
        images: To see the ranges of activations on: uint8, shape (images, side, side, 3).

    Raises:
        PipelineError: NNCF is not installed.
    """
    try:
        import nncf
    except ImportError as error:
        rule = "base.precision int8 needs NNCF: `pip install nncf`"
        raise PipelineError(rule, error) from error
    network = openvino.Core().read_model(source)
    quantized = nncf.quantize(
        network,
        nncf.Dataset([image[None] for image in images]),
        preset=nncf.QuantizationPreset.MIXED,
        model_type=nncf.ModelType.TRANSFORMER if has_attention(network) else None,
        subset_size=len(images),
    )
    openvino.save_model(quantized, target, compress_to_fp16=False)


def has_attention(network: openvino.Model) -> bool:
    """Whether there is one operation of that name, or a product that takes what a softmax gives."""
    for node in network.get_ops():
        kind = node.get_type_name()
        takers = [one.get_node() for each in node.outputs() for one in each.get_target_inputs()]
        if kind == "ScaledDotProductAttention" or (
            kind == "Softmax" and any(taker.get_type_name() in PRODUCTS for taker in takers)
        ):
            return True
    return False
