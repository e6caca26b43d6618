"""What `viewcache certify` found of a base: how heads on it compare with heads on float32."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from viewcache.ground.errors import PipelineError
from viewcache.judge.correctness import Measured

CERTIFICATE = Path("certificate.json")


@dataclass(frozen=True)
class Certificate:
    """How heads on a base compare with heads on the same base in float32.

    Attributes:
        base: Its identity.
        margin: The loss of accuracy that counts as none.
        on: The difference on either measure, as `viewcache compare --json` has it.
    """

    base: str
    margin: float
    on: Mapping[Measured, Mapping[str, Any]]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Of what the file holds, which is more."""
        return cls(record["base"], record["margin"], record["on"])

    @property
    def worse(self) -> list[Measured]:
        """On what heads on the base are known to be worse."""
        return [on for on, found in self.on.items() if found["verdict"] == "worse"]

    @property
    def is_as_good(self) -> bool:
        """Whether heads on the base are known to be as good, or better, on both."""
        return not any(found["verdict"] in ("worse", "not known") for found in self.on.values())


def read_certificate(base: str) -> Certificate | None:
    """The certificate in the working folder; None where there is none, or another base's.

    Args:
        base: Its identity.

    Raises:
        PipelineError: the file is damaged.
    """
    if not CERTIFICATE.exists():
        return None
    try:
        certificate = Certificate.of(json.loads(CERTIFICATE.read_bytes()))
    except (ValueError, KeyError, TypeError) as error:
        rule = f"{CERTIFICATE} must be what `viewcache certify` wrote: remove it, or certify again"
        raise PipelineError(rule, repr(error)) from error
    return certificate if certificate.base == base else None
