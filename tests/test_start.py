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
