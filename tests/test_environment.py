"""What a run tells others, which is nothing."""

import os
import subprocess
import sys

from tests.repository import TRACING


def test_whom_a_process_calls_is_noted_and_does_not_answer(tmp_path):
    environment = {"PYTHONPATH": str(TRACING), "CALLED": str(tmp_path / "called")}
    call = "import urllib.request; urllib.request.urlopen('https://example.org')"
    command = [sys.executable, "-c", call]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    assert "example.org is not called in tests" in done.stderr
    assert (tmp_path / "called").read_text().startswith("example.org ")


def test_a_run_calls_no_other_machine_and_leaves_no_id(reproduced):
    assert reproduced.called() == set()
    assert reproduced.left_at_home() <= {".cache", ".keras"}
