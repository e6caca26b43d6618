from pathlib import Path

import pytest

from tests.import_closure import import_closure


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write `stages/start.py` and modules of `viewcache`, and find the closure."""
    monkeypatch.chdir(tmp_path)

    def write(**texts: str) -> set[str]:
        for name, text in texts.items():
            path = Path("stages/start.py" if name == "start" else f"viewcache/{name}/{name}.py")
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.write_text(text)
        return {path.as_posix() for path in import_closure("stages.start")}

    return write


def modules(found: set[str]) -> set[str]:
    return {Path(name).stem for name in found} - {"__init__"}


@pytest.mark.parametrize(
    "text",
    [
        "import viewcache.a.a",
        "import os, viewcache.a.a as b",
        "from viewcache.a.a import name",
        "from viewcache.a import a",
        "def lazily():\n    if name:\n        from viewcache.a.a import name",
        "try:\n    import viewcache.a.a\nexcept ImportError:\n    pass",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import viewcache.a.a",
    ],
)
def test_what_a_module_may_import_belongs_to_it(write, text):
    assert modules(write(start=text, a="", b="")) == {"start", "a"}


def test_what_is_imported_imports_in_turn_and_circles_end(write):
    found = write(start="import viewcache.a.a", a="import viewcache.b.b", b="import viewcache.a.a")
    assert modules(found) == {"start", "a", "b"}


def test_packages_run_on_the_way_belong_to_it(write):
    write(start="import viewcache.a.a", a="", b="")
    Path("viewcache/a/__init__.py").write_text("import viewcache.b.b")
    Path("viewcache/__init__.py").touch()
    names = {"__init__", "a/__init__", "a/a", "b/__init__", "b/b"}
    expected = {
        "stages/__init__.py",
        "stages/start.py",
        *(f"viewcache/{name}.py" for name in names),
    }
    assert {path.as_posix() for path in import_closure("stages.start")} == expected


def test_a_package_by_itself_brings_none_of_its_modules(write):
    found = write(start="import viewcache.a", a="")
    assert found == {"stages/__init__.py", "stages/start.py", "viewcache/a/__init__.py"}


@pytest.mark.parametrize(
    "text",
    [
        "if TYPE_CHECKING:\n    import viewcache.a.a",
        "'import viewcache.a.a'",
        "import tests.a, numpy, viewcache.nowhere",
    ],
)
def test_what_never_runs_or_is_not_of_this_repository_does_not(write, text):
    Path("tests").mkdir()
    Path("tests/a.py").touch()
    assert modules(write(start=text, a="")) == {"start"}


def test_a_file_that_a_module_names_and_that_lies_beside_it_belongs_to_it(write):
    write(start="import viewcache.a.a", a="read('page.jinja', 'b.py', 'folder', 'no.txt', 1)")
    for name in ("page.jinja", "b.py", "other.jinja"):
        Path("viewcache/a", name).touch()
    Path("viewcache/a/folder").mkdir()
    found = {path.name for path in import_closure("stages.start")}
    assert found == {"__init__.py", "start.py", "a.py", "page.jinja"}


def test_it_is_found_from_another_folder(write, tmp_path, monkeypatch):
    here = write(start="")
    monkeypatch.chdir("/")
    found = {path.relative_to(tmp_path) for path in import_closure("stages.start", tmp_path)}
    assert {path.as_posix() for path in found} == here
