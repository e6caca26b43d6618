"""A base in int8: NNCF's post-training quantization, without labels and without training."""

from pathlib import Path

import numpy as np
import openvino

from viewcache.ground.errors import PipelineError


def quantize(source: Path, images: np.ndarray, target: Path) -> None:
    """Write an OpenVINO model with its weights and activations in int8; always the same bytes.

    Activations keep their sign where they have one (the preset `mixed`), as swish has.

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
    quantized = nncf.quantize(
        openvino.Core().read_model(source),
        nncf.Dataset([image[None] for image in images]),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(images),
    )
    openvino.save_model(quantized, target, compress_to_fp16=False)
