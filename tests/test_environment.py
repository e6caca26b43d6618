"""What a run tells others, which is nothing, and what the user's environment tells it."""

import json
import os
import subprocess
import sys

import pytest

from tests.repository import ROOT, TRACING

HOSTILE = {
    "KERAS_BACKEND": "jax",
    "KERAS_MAX_STEPS_PER_EPOCH": "1",
    "KERAS_NNX_ENABLED": "true",
    "LC_ALL": "POSIX",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as notebooks set it
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONIOENCODING": "ascii",
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "0",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_USE_LEGACY_KERAS": "1",
}
KERAS = {
    "backend": "jax",
    "epsilon": 0.001,
    "floatx": "float16",
    "image_data_format": "channels_first",
    "nnx_enabled": True,
}


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


@pytest.mark.slow
def test_the_user_s_environment_changes_no_result(repository, tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps(KERAS))
    (tmp_path / "matplotlibrc").write_text("text.usetex: True")
    places = dict.fromkeys(("KERAS_HOME", "MATPLOTLIBRC", "XDG_CACHE_HOME"), str(tmp_path))
    before = repository.outs()
    stages = "prepare", "compile_base", "train_head"
    # PYTHONPATH, since PYTHONSAFEPATH needs the package installed.
    environment = {**HOSTILE, **places, "PYTHONPATH": str(ROOT)}
    repository.dvc("repro", "--force", "--single-item", *stages, **environment)
    after = repository.outs()
    assert {out for out in before if after[out] != before[out] and "costs" not in out} == set()


@pytest.mark.slow
def test_the_repository_s_path_may_have_any_character_and_changes_no_result(reproduced, tmp_path):
    moved = reproduced.copy(tmp_path / "it's 100 % of ü猫?")
    before = moved.outs()
    stages = "prepare", "compile_base", "extract", "train_head", "evaluate", "export"
    moved.dvc("repro", "--force", "--single-item", *stages, XDG_CACHE_HOME=str(tmp_path))
    after = moved.outs()
    timed = ("data/costs", "results", "report", "plots")
    changed = {out for out in before if after[out] != before[out]}
    assert not [out for out in changed if not out.startswith(timed)]


@pytest.mark.parametrize("stage", ["evaluate", pytest.param("export", marks=pytest.mark.slow)])
def test_warnings_of_other_packages_stop_no_stage(repository, stage):
    repository.run(sys.executable, "-m", f"stages.{stage}", PYTHONWARNINGS="error")


def test_where_python_leaves_out_the_working_folder_a_stage_still_runs_its_code(tmp_path):
    for file, text in {
        "stages/work.py": "import viewcache.work",
        "viewcache/__init__.py": "",
        "viewcache/work.py": "print('at work')",
    }.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    environment = os.environ | {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stages.work"]
    assert subprocess.check_output(command, cwd=tmp_path, env=environment) == b"at work\n"
