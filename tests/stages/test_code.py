"""A stage depends on the code that it runs: on all of it, and on no other."""

import json
import re
from pathlib import Path

import pytest

from stages import code

STAGES = sorted(path.stem for path in Path("stages").glob("[!_]*.py"))
BASE_PASSES = {"compile_base", "extract", "train_head", "train_end_to_end", "replay"}


def test_every_stage_has_a_file_and_no_other_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for file in ("stages/__init__.py", "stages/draw.py", "data/code/gone"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).touch()
    code.main()
    assert [path.name for path in Path("data/code").iterdir()] == ["draw"]
    of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    lines = [f"{of_nothing}  stages/{name}.py\n" for name in ("__init__", "draw")]
    assert Path("data/code/draw").read_text() == "".join(lines)


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "code"])
def test_what_a_stage_uses_as_it_runs_is_in_its_file(reproduced, stage):
    """`tests/tracing` notes it."""
    traces = list((reproduced.path / ".dvc/tmp/used").glob(f"{stage}-*"))
    used = {line for trace in traces for line in trace.read_text().splitlines()}
    assert f"stages/{stage}.py" in used
    # git is looked for in every folder above a script.
    there = {name for name in used if (reproduced.path / name).exists()}
    assert there <= closure(reproduced.path, stage)


def test_the_page_s_template_is_among_what_is_noted(reproduced):
    [trace] = (reproduced.path / ".dvc/tmp/used").glob("evaluate-*")
    assert "viewcache/report/page.html.jinja" in trace.read_text().splitlines()


def test_a_comment_in_the_contact_sheet_s_modules_runs_no_base_pass(repository):
    modules = {"viewcache/views/contact_sheet.py", "viewcache/images/sheet.py"}
    for module in modules:
        path = repository.path / module
        path.write_text(path.read_text() + "# A comment.\n")
    assert repository.repro("code") == ["code"]
    changed = {name.split("@")[0] for name in json.loads(repository.dvc("status", "--json"))}
    assert changed == {stage for stage in STAGES if modules & closure(repository.path, stage)}
    assert {"prepare", "augment"} <= changed
    assert not changed & BASE_PASSES


def closure(repository: Path, stage: str) -> set[str]:
    lines = (repository / "data/code" / stage).read_text().splitlines()
    return {re.fullmatch(r"[0-9a-f]{64}  (.+)", line)[1] for line in lines}
