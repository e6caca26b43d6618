"""A base run by OpenVINO on the processor, in float32."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino

from viewcache.bases.base import Base

# On processors that have it, OpenVINO would choose bfloat16: features 0.4 off, not 0.00002.
SETTINGS = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "f32"}


class OpenVINOBase(Base):
    """A base from OpenVINO's files, which threads may share.

    Whoever streams has a request in hand for each of the processor's streams, and one more.
    """

    def __init__(self, model: Path, identity: str, batch_size: int) -> None:
        core = openvino.Core()
        network = core.read_model(model)
        network.reshape([batch_size, *list(network.inputs[0].partial_shape)[1:]])
        compiled = core.compile_model(network, "CPU", SETTINGS)
        in_flight = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS") + 1
        width = compiled.outputs[0].shape[1]
        super().__init__(identity, width, batch_size, in_flight)
        self._create_request = compiled.create_infer_request
        self._idle: list[openvino.InferRequest] = []

    def _start(self, images: np.ndarray) -> Callable[[], np.ndarray]:
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._create_request()
        request.start_async([images])

        def result() -> np.ndarray:
            request.wait()
            features = request.get_output_tensor().data.copy()
            self._idle.append(request)
            return features

        return result
