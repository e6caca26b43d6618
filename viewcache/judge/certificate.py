"""What `viewcache certify` found of the base: how heads on it compare with those on float32."""

import json
from pathlib import Path
from typing import Any

from viewcache.bases.artifact import find_base
from viewcache.ground.paths import BASE

CERTIFICATE = Path("certificate.json")


def read_certificate() -> dict[str, Any] | None:
    """The certificate of the base in the workspace; None where there is none, or another's.

    Raises:
        PipelineError: the base is missing or damaged.
    """
    if not CERTIFICATE.exists():
        return None
    certificate = json.loads(CERTIFICATE.read_bytes())
    return certificate if certificate["base"] == find_base(BASE).identity else None
