"""dvc.yaml as it is written: what a stage imports lies in what it depends on."""

import re
from pathlib import Path

import pytest
import yaml

from tests.import_closure import import_closure

STAGES = yaml.safe_load(Path("dvc.yaml").read_text())["stages"]
TEMPLATES = {name: stage.get("do", stage) for name, stage in STAGES.items()}


def test_every_script_is_a_stage_and_every_stage_a_script():
    assert sorted(STAGES) == sorted(path.stem for path in Path("stages").glob("[!_]*.py"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_stage_imports_lies_in_what_it_depends_on(name):
    rooms = [Path(dependency) for dependency in TEMPLATES[name]["deps"]]
    imported = [path for path in import_closure(f"stages.{name}") if path.name != "__init__.py"]
    assert [path for path in imported if not any(map(path.is_relative_to, rooms))] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_stage_depends_on_no_room_that_it_does_not_use(name):
    imported = import_closure(f"stages.{name}")
    rooms = [Path(one) for one in TEMPLATES[name]["deps"] if one.startswith("viewcache")]
    assert [room for room in rooms if not any(path.is_relative_to(room) for path in imported)] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_stage_reads_a_folder_of_which_others_write_parts(name):
    """What another run left behind there would be in its hash, and in no clone's."""
    written = [out for stage in TEMPLATES.values() for out in map(_path, stage["outs"])]
    read = [one for one in TEMPLATES[name]["deps"] if one.startswith(("data/", "models/"))]
    inside = [one for one in read if any(Path(one) in Path(out).parents for out in written)]
    assert inside == []


@pytest.mark.parametrize("name", sorted({*TEMPLATES} - {"evaluate"}))
def test_a_stage_writes_what_it_cost_and_reads_no_time(name):
    written, read = map(_path, TEMPLATES[name]["outs"]), TEMPLATES[name]["deps"]
    assert [one.startswith(f"data/costs/{name}") for one in written].count(True) == 1
    assert not [one for one in read if one.startswith("data/costs")]


def _path(out):
    return out if isinstance(out, str) else next(iter(out))


def test_no_code_makes_a_link_which_the_run_cache_would_not_restore():
    code = [
        path.read_text() for room in ("stages", "viewcache") for path in Path(room).rglob("*.py")
    ]
    assert not re.search(r"\bsymlink(_to)?\(", "".join(code))
