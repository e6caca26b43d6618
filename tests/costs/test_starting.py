"""The start of a process is measured with all that the stage of that kind imports."""

import subprocess
import sys

import pytest

from viewcache.costs.starting import IMPORTS

PROGRAM = """\
import sys
from importlib import import_module
for module in sys.argv[1:]:
    import_module(module)
print(*sys.modules)
"""


@pytest.mark.parametrize(
    ("kind", "stage"), [("plain", "augment"), ("train", "train_head"), ("extract", "extract")]
)
def test_every_package_that_a_stage_imports_is_imported(kind, stage):
    measured = packages_after("viewcache.costs.starting", *IMPORTS[kind])
    assert packages_after(f"stages.{stage}") - measured == {"stages"}


def packages_after(*modules: str) -> set[str]:
    command = [sys.executable, "-c", PROGRAM, *modules]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return {name.split(".")[0] for name in done.stdout.split()} - sys.stdlib_module_names
