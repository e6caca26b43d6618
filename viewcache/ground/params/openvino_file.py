"""Files of other frameworks, which OpenVINO opens by itself."""

import glob
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from viewcache.ground.errors import PipelineError

if TYPE_CHECKING:
    import openvino
    from openvino.frontend import FrontEndManager

READ_AS = {".onnx": "onnx", ".tflite": "tflite", ".xml": "ir"}
"""From a file's suffix to OpenVINO's name of its format."""
SUFFIXES = tuple(READ_AS)
ORIGIN = re.compile(r"Exception from .*|Check '.*' failed at .*|FrontEnd API failed with .*")
"""Lines of an error that tell where in OpenVINO it was raised."""


def files_of(path: Path) -> list[Path]:
    """A network's file, and those that its weights lie in."""
    if path.suffix == ".xml":
        return [path, path.with_suffix(".bin")]
    return [path, *sorted(path.parent.glob(f"{glob.escape(path.name)}[._]data*"))]


def read_network(path: Path) -> "openvino.Model":
    """Read a network; nothing of it is run.

    Raises:
        PipelineError: the file is damaged, or has operations that OpenVINO does not have.
    """
    # By the one reader of its format: OpenVINO itself would try all, and they complain aloud.
    reader = _readers().load_by_framework(READ_AS[path.suffix])
    rule = f"{path} must be a network that OpenVINO reads, of operations that it has"
    try:
        network = reader.convert(reader.load(str(path)))
    except Exception as error:  # OpenVINO has a class for each of its readers' complaints
        raise PipelineError(rule, reason(error)) from error
    if not network.outputs:
        raise PipelineError(rule, "a network without outputs")
    return network


@cache
def _readers() -> "FrontEndManager":
    """Kept as long as the process, since networks refer to what their reader made."""
    from openvino.frontend import FrontEndManager  # which takes a second, and few bases need

    return FrontEndManager()


def image_input(path: Path, network: "openvino.Model") -> "openvino.Output":
    """The one input of a network.

    Raises:
        PipelineError: there are several, or it takes no images.
    """
    shapes = [one.partial_shape for one in network.inputs]
    if len(shapes) != 1 or shapes[0].rank.is_dynamic or len(shapes[0]) != 4:
        received = ", ".join(map(str, shapes)) or "no input"
        raise PipelineError(f"{path} must have one input, of images: four axes", received)
    return network.inputs[0]


def input_side(path: Path) -> int | None:
    """Height in pixels of the images that a network takes; None where it takes any.

    Raises:
        PipelineError: as of `read_network` and `image_input`.
    """
    shape = image_input(path, read_network(path)).partial_shape
    channels_first = shape[1].is_static and shape[1].get_length() == 3
    height = shape[2] if channels_first else shape[1]
    return height.get_length() if height.is_static and shape[2].is_static else None


def reason(error: Exception) -> str:
    """What OpenVINO says, in one line, without the places in its code."""
    lines = (line.strip() for line in str(error).splitlines())
    return " ".join(line for line in lines if line and not ORIGIN.fullmatch(line))[:300]
