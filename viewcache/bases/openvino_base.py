"""A base run by OpenVINO on the processor."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino

from viewcache.bases.base import Base
from viewcache.ground.errors import PipelineError
from viewcache.ground.machine import cores

# On processors that have it, OpenVINO would choose bfloat16: features 0.4 off, not 0.00002.
# What is not quantized of an int8 base is float32.
SETTINGS = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "f32"}
FILES = {"float32": "base.xml", "bfloat16": "base.xml", "int8": "int8.xml"}
"""The model's file for each precision, in the folder of the base."""


class OpenVINOBase(Base):
    """A base from OpenVINO's files, which threads may share.

    Whoever streams has a request in hand for each of the processor's streams, and one more.

    Args:
        batch_size: Of a network that takes any number of images; another takes one by one.
        threads: As `CompiledBase.open` takes them.

    Raises:
        PipelineError: the processor does not have the precision.
    """

    def __init__(
        self,
        folder: Path,
        precision: str,
        identity: str,
        batch_size: int,
        threads: int | None = None,
    ) -> None:
        core, settings = openvino.Core(), SETTINGS | _limited_to(threads)
        if precision == "bfloat16":
            _refuse_without_bfloat16(core)
            settings["INFERENCE_PRECISION_HINT"] = "bf16"
        network = core.read_model(folder / FILES[precision])
        taken, *rest = network.inputs[0].partial_shape
        if taken.is_static:
            batch_size = taken.get_length()
        network.reshape([batch_size, *rest])
        compiled = core.compile_model(network, "CPU", settings)
        in_flight = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS") + 1
        row_shape = tuple(compiled.outputs[0].shape)[1:]
        super().__init__(identity, row_shape, batch_size, in_flight)
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


def save(network: openvino.Model, path: Path) -> None:
    """Write a network as OpenVINO's files, in float32.

    Raises:
        PipelineError: they cannot be written.
    """
    try:
        openvino.save_model(network, path, compress_to_fp16=False)
    except RuntimeError as error:
        raise PipelineError(f"{path} cannot be written", error) from error


def _limited_to(threads: int | None) -> dict[str, Any]:
    """Settings for one of several processes, or for a container that is given fewer processors.

    Pinned, several processes would all run on the first processors.
    """
    if threads:
        return {"INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
    return {"INFERENCE_NUM_THREADS": cores()} if cores() < (os.cpu_count() or 1) else {}


def _refuse_without_bfloat16(core: openvino.Core) -> None:
    has = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if "BF16" not in has:
        name = core.get_property("CPU", "FULL_DEVICE_NAME")
        rule = "base.precision bfloat16 needs a processor that calculates in it"
        raise PipelineError(rule, f"{name}, with {', '.join(has)}")
