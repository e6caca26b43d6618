"""What makes times comparable: the processor, its cores, the memory, and the versions that ran."""

import hashlib
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

RUNTIMES = ("tensorflow", "keras", "openvino", "numpy")
MATRIX_INSTRUCTIONS = (
    *("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8"),
    *("asimd", "asimddp", "bf16", "i8mm", "sve"),
)
"""Of x86 and of Arm, as Linux names them."""


def machine(cluster: dict[str, Any] | None = None) -> dict[str, Any]:
    """The machine in words, and an id to tell it from others: times compare under one id only.

    Not the host's name: every container has another one, on the same machine.

    Args:
        cluster: What other machines worked too; with them, this one is another machine.
    """
    description = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(_memory() / 2**30),
        "system": platform.system(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in RUNTIMES},
    }
    if cluster:
        description["cluster"] = cluster
    identity = json.dumps(description, sort_keys=True).encode()
    return {**description, "id": hashlib.sha256(identity).hexdigest()[:12]}


def _memory() -> int:
    """In bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _processor() -> str:
    """The processor's model, which Python's `platform` does not know on Linux."""
    return _told_by_linux("model name") or platform.processor()


def instruction_set() -> str:
    """The processor's instructions for matrices in small numbers, such as "avx2 avx512_vnni".

    A base in such numbers gives other features where other instructions run it. Where the system
    does not list them, the architecture.
    """
    has = _told_by_linux("flags", "Features").split()
    return " ".join(name for name in MATRIX_INSTRUCTIONS if name in has) or platform.machine()


def _told_by_linux(*names: str) -> str:
    """What stands under one of these names of the first processor; empty where nothing does."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(names)), "")
