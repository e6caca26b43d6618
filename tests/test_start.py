"""What a process imports, which is most of what a short one costs."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "missing"),
    [
        ("stages.extract", {"ray", "tensorflow", "mlflow", "sklearn", "matplotlib"}),
        ("stages.train_head", {"mlflow", "sklearn", "matplotlib"}),
        ("stages.train_end_to_end", {"mlflow", "sklearn", "matplotlib"}),
        ("stages.answer", {"tensorflow", "mlflow", "sklearn", "matplotlib"}),
        ("stages.evaluate", {"tensorflow", "mlflow", "sklearn", "matplotlib"}),
        ("viewcache.commands.browsing", {"tensorflow"}),
        ("viewcache.commands.registering", {"tensorflow"}),
        ("viewcache.commands.predicting", {"tensorflow", "mlflow"}),
    ],
)
def test_a_process_does_not_import_what_it_does_not_need(module, missing):
    see = f"import {module}, sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", see], capture_output=True, text=True, check=True)
    assert missing.isdisjoint(done.stdout.split())


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
