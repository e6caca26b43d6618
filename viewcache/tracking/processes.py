"""Whose a run is: the process that logs it, and the DVC command that this process belongs to."""

import os
import platform
from pathlib import Path

import psutil


def this_process() -> str:
    """Host, number and start, which tell this process from all others of all hosts."""
    return f"{platform.node()}/{os.getpid()}/{psutil.Process().create_time()}"


def has_ended(name: str) -> bool:
    """Whether a process ran on this host, and does no longer.

    Args:
        name: As `this_process` names it.
    """
    host, number, start = name.split("/")
    if host != platform.node():
        return False
    try:
        process = psutil.Process(int(number))
        # To the second, since the system's clock may have been set in between.
        same = abs(process.create_time() - float(start)) < 2
        return not same or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def start_of_pipeline() -> float:
    """When the DVC command that runs this process began, in seconds since the epoch."""
    processes = [psutil.Process(), *psutil.Process().parents()]
    commands = [process for process in processes if _is_dvc(process)]
    return (commands or processes)[0].create_time()


def _is_dvc(process: psutil.Process) -> bool:
    try:
        return "dvc" in [Path(word).name for word in process.cmdline()[:3]]
    except psutil.Error:
        return False
