"""What makes times comparable: the processor, its cores, the memory, and the versions that ran."""

import hashlib
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

RUNTIMES = ("tensorflow", "keras", "openvino", "numpy")


def machine() -> dict[str, Any]:
    """The machine in words, and an id to tell it from others: times compare under one id only.

    Not the host's name: every container has another one, on the same machine.
    """
    description = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in RUNTIMES},
    }
    identity = json.dumps(description, sort_keys=True).encode()
    return {**description, "id": hashlib.sha256(identity).hexdigest()[:12]}


def _processor() -> str:
    """The processor's model, which Python's `platform` does not know on Linux."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor()
