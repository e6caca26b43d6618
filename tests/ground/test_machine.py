import os
import platform
import re
import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

from viewcache.ground import machine as module
from viewcache.ground.machine import cores, instruction_set, machine


def test_it_is_described_in_words():
    here = machine()
    assert len(here["processor"]) > 3
    assert here["cores"] >= 1
    assert here["system"] == platform.system()
    assert re.fullmatch("[0-9a-f]{12}", here["id"])
    assert here["memory_gib"] * 2**30 == pytest.approx(psutil.virtual_memory().total, abs=2**29)
    assert set(here["versions"]) == {"python", "tensorflow", "keras", "openvino", "numpy"}
    assert here["versions"]["python"] == platform.python_version()


def test_every_container_of_a_machine_is_the_same(monkeypatch):
    before = machine()
    for name in ("node", "uname"):
        monkeypatch.setattr(platform, name, lambda: SimpleNamespace(node="f00", system="Linux"))
    assert machine() == before


@pytest.mark.parametrize(
    ("owner", "name", "other"),
    [
        (module, "_processor", lambda: "another"),
        (module, "cores", lambda: 1024),
        (module, "gpus", lambda: ["another"]),
        (module, "_memory", lambda: 2**50),
        (platform, "system", lambda: "Plan 9"),
        (platform, "python_version", lambda: "3.99"),
        *(
            (module, "version", lambda name, newer=newer: "99" if name == newer else "1")
            for newer in ("tensorflow", "keras", "openvino", "numpy")
        ),
    ],
)
def test_another_processor_memory_system_or_version_is_another_machine(
    monkeypatch, owner, name, other
):
    monkeypatch.setattr(module, "version", lambda _: "1")
    before = machine()["id"]
    assert machine()["id"] == before
    monkeypatch.setattr(owner, name, other)
    assert machine()["id"] != before


@pytest.mark.parametrize(
    ("quota", "allowed"), [("150000 100000", 1), ("200000 100000", 2), ("max 100000", 64)]
)
def test_cores_are_those_of_the_control_group(tmp_path, monkeypatch, quota, allowed):
    monkeypatch.setattr(module.os, "sched_getaffinity", lambda _: set(range(64)))
    monkeypatch.setattr(module, "CONTROL_GROUP", tmp_path)
    (tmp_path / "cpu.max").write_text(f"{quota}\n")
    assert cores() == machine()["cores"] == allowed


def test_cores_are_no_more_than_the_process_may_run_on():
    command = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
    code = "from viewcache.ground.machine import cores; print(cores())"
    done = subprocess.run([*command, sys.executable, "-c", code], check=True, capture_output=True)
    assert int(done.stdout) == 1


@pytest.mark.parametrize(("limit", "gib"), [(str(3 * 2**30), 3), ("max", None)])
def test_memory_is_that_of_the_control_group(tmp_path, monkeypatch, limit, gib):
    before = machine()["memory_gib"]
    monkeypatch.setattr(module, "CONTROL_GROUP", tmp_path)
    (tmp_path / "memory.max").write_text(limit)
    assert machine()["memory_gib"] == (gib or before)


def test_gpus_are_named_as_their_driver_names_them(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "GPUS", tmp_path)
    assert machine()["gpus"] == []
    (tmp_path / "0000:01:00.0").mkdir()
    (tmp_path / "0000:01:00.0/information").write_text("Model: \t NVIDIA A2\nIRQ:   31\n")
    assert machine()["gpus"] == ["NVIDIA A2"]


@pytest.fixture
def linux_tells(tmp_path, monkeypatch):
    """Make Linux tell something of the processor, or nothing at all."""

    def linux_tells(told):
        file = tmp_path / "cpuinfo"
        if told:
            file.write_text(told)
        monkeypatch.setattr(module, "Path", lambda _: file)

    return linux_tells


@pytest.mark.parametrize(
    ("told", "processor"),
    [
        ("vendor_id\t: Intel\nmodel name\t: Xeon: 2 GHz\nmodel name\t: b\n", "Xeon: 2 GHz"),
        ("no such line", "arm"),
        (None, "arm"),
    ],
)
def test_the_processor_is_named_also_where_linux_does_not_tell(
    linux_tells, monkeypatch, told, processor
):
    linux_tells(told)
    monkeypatch.setattr(platform, "processor", lambda: "arm")
    assert machine()["processor"] == processor


@pytest.mark.parametrize(
    ("told", "instructions"),
    [
        ("flags\t: fpu avx2 sse avx512_vnni\nflags\t: none\n", "avx2 avx512_vnni"),
        ("Features\t: fp asimd asimddp\n", "asimd asimddp"),
        ("flags\t: fpu\n", "riscv"),
        (None, "riscv"),
    ],
)
def test_instructions_are_those_that_linux_tells_else_the_architecture(
    linux_tells, monkeypatch, told, instructions
):
    linux_tells(told)
    monkeypatch.setattr(platform, "machine", lambda: "riscv")
    assert instruction_set() == instructions
