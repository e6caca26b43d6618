"""A base run by OpenVINO on the processor, in float32."""

from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import numpy as np
import openvino

from viewcache.bases.base import Base

# On processors that have it, OpenVINO would choose bfloat16: features 0.4 off, not 0.00002.
SETTINGS = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "f32"}


class OpenVINOBase(Base):
    """A base from OpenVINO's files, with a request in hand for each stream and one more."""

    def __init__(self, model: Path, identity: str, batch_size: int) -> None:
        core = openvino.Core()
        network = core.read_model(model)
        network.reshape([batch_size, *list(network.inputs[0].partial_shape)[1:]])
        compiled = core.compile_model(network, "CPU", SETTINGS)
        in_flight = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS") + 1
        width = compiled.outputs[0].shape[1]
        super().__init__(identity, width, batch_size, in_flight)
        self._requests = cycle([compiled.create_infer_request() for _ in range(in_flight)])

    def _start(self, images: np.ndarray) -> Callable[[], np.ndarray]:
        request = next(self._requests)
        request.start_async([images])

        def result() -> np.ndarray:
            request.wait()
            return request.get_output_tensor().data.copy()

        return result
