import platform
import re
from types import SimpleNamespace

import psutil
import pytest

from viewcache.ground import machine as module
from viewcache.ground.machine import instruction_set, machine


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
        (module.os, "cpu_count", lambda: 1024),
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
