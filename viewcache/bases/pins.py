"""Weights pinned by digest: noted when they are first seen, held to it ever after."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import file_digest, write_text
from viewcache.ground.paths import running_stage

if TYPE_CHECKING:
    from viewcache.ground.quiet_tensorflow import keras

LOCK = Path("weights.lock")
_noted: ContextVar[dict[str, str]] = ContextVar("noted")


def check_pin(path: Path, name: str, digest: str) -> None:
    """Hold weights to the digest that a lock file has for them; a stage notes it there, if it is
    new. `viewcache plan` does not: the file is an out of a stage, which DVC would run again.

    Args:
        path: JSON, from names to digests; written whole or not at all.

    Raises:
        PipelineError: the digest differs, or the lock file is damaged.
    """
    pins = _read(path)
    if name not in pins and running_stage():
        write_text(path, json.dumps(pins | {name: digest}, indent=2, sort_keys=True) + "\n")
    elif pins.get(name, digest) != digest:
        raise PipelineError(
            f"{name} must have SHA-256 {pins[name]}; if the new weights are wanted, remove its "
            f"line from {path}",
            digest,
        )
    _noted.get({})[name] = digest


def check_pins(path: Path, files: Iterable[Path]) -> None:
    """Hold files of weights to their pins, as `check_pin` does, by their paths."""
    for file in files:
        check_pin(path, str(file), file_digest(file))


@contextmanager
def noted_pins() -> Iterator[dict[str, str]]:
    """The digests, by name, that weights are held to inside."""
    pins: dict[str, str] = {}
    before = _noted.set(pins)
    try:
        yield pins
    finally:
        _noted.reset(before)


def weights_digest(model: "keras.Model") -> str:
    """SHA-256 of a model's weights in order, batch-norm statistics included."""
    digest = hashlib.sha256()
    for weight in model.get_weights():
        digest.update(np.ascontiguousarray(weight).data)
    return digest.hexdigest()


def _read(path: Path) -> dict[str, str]:
    try:
        pins = json.loads(path.read_text())
        if not isinstance(pins, dict) or not all(isinstance(pin, str) for pin in pins.values()):
            raise ValueError(f"{pins!r}")
        return pins
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise PipelineError(f"{path} must map names to digests", error) from error
