"""What a process imports, which is most of what a short one costs."""

import subprocess
import sys

import pytest

HEAVY = {"ray", "tensorflow", "mlflow", "sklearn", "matplotlib"}
IMPORT = """\
import importlib, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
    print(module, *sys.modules)
"""


@pytest.mark.parametrize(
    "missing",
    [
        {
            "stages.extract": HEAVY,
            "stages.answer": HEAVY,
            "stages.evaluate": HEAVY,
            "viewcache.commands.predicting": {"tensorflow", "mlflow"},
            "viewcache.commands.browsing": {"tensorflow"},
            "viewcache.commands.registering": {"tensorflow"},
        },
        {
            "stages.train_head": HEAVY - {"tensorflow"},
            "stages.train_end_to_end": HEAVY - {"tensorflow"},
        },
    ],
    ids=["without TensorFlow", "with TensorFlow"],
)
def test_a_process_does_not_import_what_it_does_not_need(missing):
    """One process imports all of a list: each has at least what it would have alone."""
    command = [sys.executable, "-c", IMPORT, *missing]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        module, *imported = line.split()
        assert missing.pop(module).isdisjoint(imported), module
    assert missing == {}


JUDGED = """
import sys
from stages.evaluate import Opened, judge_all
judge_all(Opened())
print(*sys.modules)
"""


def test_evaluate_has_judged_before_it_imports_what_only_reports_need(reproduced):
    imported = reproduced.run(sys.executable, "-c", JUDGED).split()
    slow = {"tensorflow", "mlflow", "matplotlib", "sklearn", "pandas", "openvino", "PIL", "jinja2"}
    assert slow.isdisjoint(imported)
