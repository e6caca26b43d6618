"""What makes times comparable: processor, cores, memory, GPUs, and the versions that ran."""

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

CONTROL_GROUP, GPUS = Path("/sys/fs/cgroup"), Path("/proc/driver/nvidia/gpus")
GPU_DEVICES = ("nvidia[0-9]*", "dxg", "kfd")
"""Of NVIDIA's driver, of Windows below Linux, and of AMD's driver."""


def machine(cluster: dict[str, Any] | None = None) -> dict[str, Any]:
    """The machine in words, and an id to tell it from others: times compare under one id only.

    Not the host's name: every container has another one, on the same machine.

    Args:
        cluster: What other machines worked too; with them, this one is another machine.
    """
    description = {
        "processor": _processor(),
        "cores": cores(),
        "memory_gib": round(_memory() / 2**30),
        "gpus": gpus(),
        "system": platform.system(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in RUNTIMES},
    }
    if cluster:
        description["cluster"] = cluster
    identity = json.dumps(description, sort_keys=True).encode()
    return {**description, "id": hashlib.sha256(identity).hexdigest()[:12]}


def cores() -> int:
    """How many processors this process may use at once: by its affinity and by its control group.

    A container may be given fewer than the machine has, in either way.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota, _, period = _control_group("cpu.max").partition(" ")
    if quota.isdecimal() and period.isdecimal():
        return max(1, min(allowed or 1, int(quota) // int(period)))
    return allowed or 1


def _memory() -> int:
    """In bytes: of the machine, or of the control group where that may use less."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _control_group("memory.max")
    return min(whole, int(limit)) if limit.isdecimal() else whole


def _control_group(name: str) -> str:
    """A setting of Linux' control groups, version 2; empty where there is none."""
    try:
        return (CONTROL_GROUP / name).read_text().strip()
    except OSError:
        return ""


def gpus() -> list[str]:
    """Models of NVIDIA's GPUs, as their driver tells."""
    told = [path.read_text() for path in sorted(GPUS.glob("*/information"))]
    return [line.partition(":")[2].strip() for text in told for line in text.splitlines()[:1]]


def may_have_gpu() -> bool:
    """Whether TensorFlow, which takes seconds to import, might find a GPU: of any make."""
    devices = (path for name in GPU_DEVICES for path in Path("/dev").glob(name))
    return platform.system() != "Linux" or bool(gpus()) or any(devices)


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
