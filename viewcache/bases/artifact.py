"""A compiled base, opened from its folder without what compiled it."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from viewcache.bases.base import Base
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import file_digest
from viewcache.ground.machine import instruction_set
from viewcache.ground.manifests import digest_of_file

if TYPE_CHECKING:
    from viewcache.ground.params.base_settings import BaseSpec
    from viewcache.ground.quiet_tensorflow import keras

TOLERANCE = 1e-4
"""Largest difference between features of a compiled base and of its original: absolute, or relative
to the largest feature where that is above 1."""


class CompiledBase(NamedTuple):
    """A compiled base that is not opened yet.

    Attributes:
        description: What it is made of, part by part, and the device that it runs on.
    """

    folder: Path
    description: dict[str, Any]

    @property
    def identity(self) -> str:
        described = json.dumps(self.description, sort_keys=True)
        return hashlib.sha256(described.encode()).hexdigest()

    @property
    def precision(self) -> str:
        """What it calculates in: `float32`, `bfloat16` or `int8`."""
        return self.description["precision"]

    @property
    def in_float32(self) -> "CompiledBase":
        """The base that one of another precision was made from."""
        stated = {"precision": "float32", "device": _device(self.description["runtime"], "float32")}
        return self._replace(description=self.description | stated)

    def restated(self, spec: "BaseSpec", runtime: str, precision: str) -> "CompiledBase":
        """What it would be, compiled from another specification; its weights aside.

        Args:
            runtime: As `compile_base` takes it.
        """
        if runtime == "auto":
            runtime = self.description["runtime"]
        stated = {
            "spec": spec.described,
            "file": file_digest(spec.file) if spec.file else None,
            "runtime": runtime,
            "precision": precision,
            "device": _device(runtime, precision),
        }
        return self._replace(description=self.description | stated)

    @property
    def on_gpu(self) -> bool:
        return not self.description["device"].startswith("CPU")

    def open(self, batch_size: int, threads: int | None = None) -> Base:
        """Make it ready to run; TensorFlow is imported only if it is the runtime.

        Args:
            threads: Of OpenVINO, where other processes run the base beside this one; None: one a
                processor. Features are the same.

        Raises:
            PipelineError: the weights are no longer those that were compiled, or the processor
                does not have the precision.
        """
        if self.description["runtime"] == "tensorflow":
            return self._open_on_tensorflow(batch_size)
        from viewcache.bases.openvino_base import OpenVINOBase

        return OpenVINOBase(self.folder, self.precision, self.identity, batch_size, threads)

    def _open_on_tensorflow(self, batch_size: int) -> Base:
        from viewcache.bases.tensorflow_base import TensorFlowBase

        return TensorFlowBase(load_original(self.folder), self.identity, batch_size)


def open_base(folder: Path, batch_size: int) -> Base:
    """Open a compiled base, ready to run; errors as of its two steps."""
    return find_base(folder).open(batch_size)


def find_base(folder: Path) -> CompiledBase:
    """What a compiled base is.

    Raises:
        PipelineError: a file is missing or damaged.
    """
    description = _describe(folder)
    device = _device(description["runtime"], description["precision"])
    return CompiledBase(folder, description | {"device": device})


def runtime_of(folder: Path) -> str:
    """What runs a compiled base: `openvino` or `tensorflow`."""
    return _describe(folder)["runtime"]


def is_of_preset(folder: Path) -> bool:
    """Whether a compiled base was made from a preset of Keras Hub."""
    return "preset" in _describe(folder)


def load_original(folder: Path) -> "keras.Model":
    """Load the Keras base that a compiled one was made from.

    Raises:
        PipelineError: a file is missing or damaged, the weights are no longer those that were
            compiled, or Keras does not have the base.
    """
    from viewcache.bases.frozen import composition, load_base
    from viewcache.ground.params.base_settings import BaseSpec

    description = _describe(folder)
    spec = BaseSpec.of(description["spec"])
    if not spec.in_keras:
        raise PipelineError("the base must be one that Keras has", spec.name)
    model = load_base(spec)
    loaded = composition(spec, model)
    if description | loaded != description:
        raise PipelineError(
            f"{folder} was compiled from another {spec.name}: run `dvc repro --force compile_base`",
            f"weights of SHA-256 {loaded['weights']}",
        )
    return model


def load_layers_above_cut(folder: Path) -> "keras.Model | None":
    """Load what is above the cut of a compiled base, as `load_upper` gives it; None without a cut.

    Raises:
        PipelineError: a file is missing or damaged, or the network cannot be had.
    """
    spec = _describe(folder)["spec"]
    if not spec.get("cut"):
        return None
    # Here, since TensorFlow takes seconds to import.
    from viewcache.bases.frozen import load_upper
    from viewcache.ground.params.base_settings import BaseSpec

    return load_upper(BaseSpec.of(spec))


def _device(runtime: str, precision: str) -> str:
    """What decides on features: of float32 any processor will do, within the tolerance."""
    if runtime == "openvino":
        return "CPU" if precision == "float32" else f"CPU with {instruction_set()}"
    from viewcache.bases.tensorflow_base import device

    return device()


def _describe(folder: Path) -> dict[str, Any]:
    """What `compile_base` wrote of a base, once its files are known to be those it wrote."""
    file = folder / "base.json"
    try:
        description = json.loads(file.read_bytes())
        received = {name: digest_of_file(folder / name) for name in description["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        rule = f"{file} must describe a base: `make repair` compiles it again"
        raise PipelineError(rule, repr(error)) from error
    if received != description["files"]:
        rule = f"{folder} is damaged: `make repair` compiles it again; it must hold"
        raise PipelineError(f"{rule} {description['files']}", received)
    return description
